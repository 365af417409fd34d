-- Grain: city x feed of deaths x code of ICD-10 that hardly any cause-of-death register lacks x year, and
-- all years together: how many deaths its group has, and how many the code.
select
    deaths.city_id,
    deaths.feed_id,
    cast(year(deaths.died_on) as integer) as year,
    usual_codes.icd10,
    usual_codes.title,
    usual_codes.within,
    count(*) as deaths_n,
    count(*) filter (where starts_with(deaths.icd10, usual_codes.icd10)) as with_code,
    round(count(*) * any_value(usual_codes.least_share), 1) as expected,
    exp(- count(*) * any_value(usual_codes.least_share)) < 0.01
    and count(*) filter (where starts_with(deaths.icd10, usual_codes.icd10)) = 0 as improbable
from {{ ref('stg_deaths') }} as deaths
inner join
    {{ ref('usual_codes') }} as usual_codes
    on left(deaths.icd10, 3) between left(usual_codes.within, 3) and right(usual_codes.within, 3)
group by
    grouping sets (
        (deaths.city_id, deaths.feed_id, usual_codes.icd10, usual_codes.title, usual_codes.within),
        (
            deaths.city_id,
            deaths.feed_id,
            usual_codes.icd10,
            usual_codes.title,
            usual_codes.within,
            year(deaths.died_on)
        )
    )
