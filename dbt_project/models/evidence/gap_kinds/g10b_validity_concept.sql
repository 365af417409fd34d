-- Grain: finding. Figures by another definition than the catalogue's, or by another basis than another
-- source's (G10b).
with
    definition as (
        select
            case concept_match when 'unknown' then 'definition_unknown' else 'definition' end as rule_id,
            city_id,
            feed_id,
            indicator_id,
            concept_match as match,
            coalesce(definitions.differs, 'not stated') as differs,
            case when concept_match = 'near' then 1 end as near,
            case when concept_match = 'proxy' then 1 end as proxy,
            case when concept_match = 'unknown' then 1 end as unknown_definition
        from {{ ref('definitions') }} as definitions
        where concept_match <> 'exact'
    ),

    -- Of each indicator the earliest pair of sources that count by place in different ways.
    other_basis as (
        select
            'other_basis' as rule_id,
            city_id,
            indicator_id,
            title_a as a,
            basis_a,
            title_b as b,
            basis_b,
            count(*) over (partition by city_id, indicator_id) as pairs_n
        from {{ ref('source_pairs') }}
        where not comparable
        qualify row_number() over (partition by city_id, indicator_id order by year, feed_a, feed_b, what) = 1
    )

select *
from definition
union all by name
select *
from other_basis
