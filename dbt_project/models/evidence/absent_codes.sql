-- Grain: city x feed x code of ICD-10 that hardly any register lacks: how many deaths of its group there
-- are, and how many of the code.
select
    deaths.city_id,
    deaths.feed_id,
    usual.icd10,
    usual.title,
    usual.within,
    count(*) as deaths_n,
    count(*) filter (where starts_with(deaths.icd10, usual.icd10)) as with_code,
    round(count(*) * any_value(usual.least_share), 1) as expected,
    exp(- count(*) * any_value(usual.least_share)) < 0.01
    and count(*) filter (where starts_with(deaths.icd10, usual.icd10)) = 0 as improbable
from {{ ref('stg_deaths') }} as deaths
inner join
    {{ ref('usual_codes') }} as usual
    on left(deaths.icd10, 3) between left(usual.within, 3) and right(usual.within, 3)
group by all
