-- Grain: finding. Methods that the contract of a feed does not state, of the twelve that are asked for,
-- and all blanks of a city's contracts together (G08a).
{% set blanks = {
    'methods': 'Facts of method',
    'licences': 'Licences',
    'addresses': 'Addresses or contacts',
    'definitions': 'Sources of unknown definition'
} %}
with
    methods_missing as (
        select
            'methods_missing' as rule_id,
            city_id,
            feed_id,
            12 as needed_n,
            12 - coalesce(len(methods_unstated), 0) as stated_n,
            needed_n as expected_n,
            stated_n as available_n,
            replace(array_to_string(methods_unstated, ', '), '_', ' ') as missing,
            stated_n / needed_n as share_stated
        from {{ ref('feed_states') }}
        where coalesce(len(methods_unstated), 0) > 0
    ),

    definitions_unknown as (
        select city_id, feed_id, count(*) as indicators_n
        from {{ ref('definitions') }}
        where concept_match = 'unknown'
        group by city_id, feed_id
    ),

    blanks_of_feeds as (
        select
            feeds.city_id,
            feeds.title,
            coalesce(len(feeds.methods_unstated), 0) as methods_n,
            case when coalesce(feeds.has_licence, false) then 0 else 1 end as licences_n,
            case when feeds.url is null and coalesce(feeds.contact, '') = '' then 1 else 0 end as addresses_n,
            case when definitions_unknown.indicators_n is null then 0 else 1 end as definitions_n,
            methods_n + licences_n + addresses_n + definitions_n as blanks_n
        from {{ ref('feed_states') }} as feeds
        left join
            definitions_unknown
            on feeds.city_id = definitions_unknown.city_id
            and feeds.feed_id = definitions_unknown.feed_id
    ),

    -- One finding for whoever wrote the contracts: a blank says nothing of the office.
    contract_blanks as (
        select
            'contract_blanks' as rule_id,
            city_id,
            'contracts' as dimension,
            cast(sum(blanks_n) as bigint) as blanks_n,
            cast(sum(methods_n) as bigint) as methods_n,
            cast(sum(licences_n) as bigint) as licences_n,
            cast(sum(addresses_n) as bigint) as addresses_n,
            cast(sum(definitions_n) as bigint) as definitions_n,
            -- What is blank is named, and nothing else.
            {%- for kind, words in blanks.items() %}
                case when sum({{ kind }}_n) > 0 then ' {{ words }}:' else '' end as {{ kind }}_words,
                case
                    when sum({{ kind }}_n) > 0 then ' ' || cast(sum({{ kind }}_n) as bigint) || '.' else ''
                end as {{ kind }}_shown,
            {%- endfor %}
            count(*) as all_feeds_n,
            count(*) filter (where blanks_n > 0) as feeds_n,
            {{ first_few('title', 'title', 'blanks_n > 0') }} as missing,
            -- As grave as the worst of its parts.
            min(1 - methods_n / 12) as share_stated
        from blanks_of_feeds
        group by city_id
        having sum(blanks_n) > 0
    )

select *
from methods_missing
union all by name
select *
from contract_blanks
