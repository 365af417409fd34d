-- Grain: finding x language: what was found and what to do next, in plain sentences. A text that is not translated stands in English.
with named as (
    select findings.gap_id, findings.parent_id, findings.city_id, findings.rule_id,
        list_concat(findings.words, [
            {'name': 'city', 'value': cities.name}, {'name': 'title', 'value': feeds.title}, {'name': 'owner', 'value': coalesce(feeds.owner, cities.name)},
            {'name': 'indicator', 'value': indicators.short_title}, {'name': 'as_of', 'value': cast(cities.as_of as varchar)},
            {'name': 'level', 'value': findings.dimension}, {'name': 'series', 'value': coalesce(findings.dimension, 'all records')},
            {'name': 'column', 'value': findings.dimension}, {'name': 'category', 'value': categories.category},
            {'name': 'scope', 'value': coalesce(indicators.short_title, feeds.title, findings.area_id, cities.name)}]) as words
    from {{ ref('findings_with_status') }} as findings
    inner join {{ source('run_records', 'cities') }} as cities on findings.city_id = cities.city_id
    left join {{ source('run_records', 'feeds') }} as feeds on findings.city_id = feeds.city_id and findings.feed_id = feeds.feed_id
    left join {{ ref('indicator_catalogue') }} as indicators on findings.indicator_id = indicators.indicator_id
    left join (select distinct category_no, category from {{ ref('indicator_catalogue') }}) as categories
        on findings.dimension = 'category ' || cast(categories.category_no as varchar)
),

languages as (
    {% for language in ['en', 'es', 'fr', 'ru'] %}
    select '{{ language }}' as language, rule_id, coalesce(statement_{{ language }}, statement_en) as statement, coalesce(recommendation_{{ language }}, recommendation_en) as recommendation
    from {{ ref('statements') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

terms as (
    {% for language in ['es', 'fr', 'ru'] %}
    select '{{ language }}' as language, map_from_entries(list((en, {{ language }}))) as said from {{ ref('terms') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

told as (
    select named.gap_id, named.parent_id, named.city_id, languages.language, languages.statement, languages.recommendation,
        list_transform(named.words, lambda pair: {'name': pair.name, 'value': coalesce(terms.said[pair.value], pair.value)}) as words
    from named
    inner join languages on named.rule_id = languages.rule_id
    left join terms on languages.language = terms.language
),

single as (
    select gap_id, parent_id, city_id, language, {{ filled('statement', 'words') }} as statement, {{ filled('recommendation', 'words') }} as recommendation from told
),

-- A finding that stands for many says how many, and what the first of them is.
many as (
    select named.gap_id, named.city_id, languages.language, languages.statement, languages.recommendation,
        list_concat(named.words, [{'name': 'example', 'value': children.example}, {'name': 'step', 'value': children.step}]) as words
    from named
    inner join languages on languages.rule_id = 'many'
    inner join (select parent_id, language, min(statement) as example, min_by(recommendation, statement) as step from single where parent_id is not null group by all) as children
        on named.gap_id = children.parent_id and languages.language = children.language
    where named.rule_id like '%\_many' escape '\'
)

select gap_id, city_id, language, statement, recommendation from single
union all
select gap_id, city_id, language, {{ filled('statement', 'words') }}, {{ filled('recommendation', 'words') }} from many
