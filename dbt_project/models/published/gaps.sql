-- Grain: finding. What pull and conform found, and area codes that no boundary knows.
with lost as (
    select cells.city_id, cells.feed_id, sum(cells.amount) filter (where cells.unknown_area is not null) as lost_n, sum(cells.amount) as total_n,
        {{ distinct_list('cells.unknown_area') }} as codes
    from {{ ref('cells') }} as cells group by cells.city_id, cells.feed_id
),

unknown_areas as (
    select
        {{ text_hash("lost.city_id || '|unknown_area|' || lost.feed_id") }} as gap_id, lost.city_id, kinds.gap_code, kinds.gap_type,
        case when lost.lost_n > kinds.critical * lost.total_n then 'critical' when lost.lost_n > kinds.high * lost.total_n then 'high'
             when lost.lost_n > kinds.medium * lost.total_n then 'medium' else 'low' end as severity,
        cast(null as varchar) as indicator_id, lost.feed_id, cast(null as varchar) as area_id, cast(null as date) as period_start,
        cast(null as date) as period_end, 'area codes' as dimension, 'share of records' as metric,
        lost.lost_n / lost.total_n as value, kinds.low as threshold, cast(lost.total_n as bigint) as expected_n,
        cast(lost.total_n - lost.lost_n as bigint) as available_n,
        replace(replace(replace(replace(texts.en, '{bad_n}', cast(cast(lost.lost_n as bigint) as varchar)),
            '{total_n}', cast(cast(lost.total_n as bigint) as varchar)), '{title}', feeds.title),
            '{missing}', array_to_string(lost.codes[1:8], ', ')) as statement,
        replace(kinds.recommendation, '{owner}', feeds.owner) as recommendation, kinds.timeframe, feeds.owner,
        '{"query": "select * from areas", "figures": {"bad_n": ' || cast(cast(lost.lost_n as bigint) as varchar) || '}}' as evidence,
        cast(null as varchar) as first_seen, cast(null as varchar) as last_seen, 'open' as status
    from lost
    inner join {{ source('register', 'feeds') }} as feeds on lost.city_id = feeds.city_id and lost.feed_id = feeds.feed_id
    cross join (select * from {{ ref('gap_types') }} where gap_code = 'G07') as kinds
    cross join (select en from {{ ref('statements') }} where statement_id = 'unknown_areas') as texts
    where lost.lost_n > 0
)

select * from {{ source('register', 'findings') }}
union all
select * from unknown_areas
