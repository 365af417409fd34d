{# What a source of levels (residents, official counts) states for each cell: its own totals first, else the sum
   of its parts, where all of those are there that the source gives elsewhere. The relation has the keys, sex,
   age_group, age_low, age_high, other_dim, other_code ('' for none) and amount; `series` are those of the keys that
   are no area and no time. #}
{% macro resolved(relation, keys, series) %}
    {%- set is_known_sex = "sex not in ('_T', '_U') and other_dim = ''" %}
    {%- set is_set_aside = "amount is null and sex = '_U' and age_group = '_U'" %}
    {%- set siblings = keys ~ ', age_group, other_dim, other_code' %}
    with
        -- A row of unknown sex that says as much as both sexes together is their whole, and no part beside
        -- them.
        rows_of_parts as (
            select
                * replace (
                    case
                        when
                            sex = '_U'
                            and amount
                            >= sum(amount) filter (sex not in ('_T', '_U')) over (partition by {{ siblings }})
                            and count(*) filter (sex not in ('_T', '_U')) over (partition by {{ siblings }})
                            > 1
                            and count(*) filter (sex = '_T') over (partition by {{ siblings }}) = 0
                        then '_T'
                        else sex
                    end as sex
                )
            from {{ relation }}
        ),

        -- A row that was set aside may be any part: it has no sex, no age and no amount.
        banded as (
            select
                *,
                min(nullif(other_dim, '')) over (partition by {{ keys }}) as first_dim,
                bool_or({{ is_set_aside }}) over (partition by {{ keys }}) as lacks_rows
            from rows_of_parts
            qualify not ({{ is_set_aside }})
        ),

        -- Which parts with an amount a cell has, and which the source has anywhere: a sum of fewer is no
        -- whole,
        -- and one part alone is none.
        parts as (
            select
                {{ keys }},
                bool_or(lacks_rows) as lacks_rows,
                count(distinct sex) filter (
                    where {{ is_known_sex }} and age_group = '_T' and amount is not null
                ) as sexes,
                count(distinct sex) filter (
                    where {{ is_known_sex }} and age_group <> '_T' and amount is not null
                ) as sexes_by_age,
                {{ ages_in_a_row("sex = '_T' and other_dim = '' and amount is not null") }} as ages,
                {{ ages_in_a_row(is_known_sex ~ ' and amount is not null') }} as ages_by_sex,
                count(distinct other_code) filter (
                    where other_dim = first_dim and other_code <> '_U' and amount is not null
                ) as codes
            from banded
            group by {{ keys }}
        ),

        wholes as (
            select
                *,
                not lacks_rows
                and sexes > 1
                and sexes = max(sexes) over (partition by {{ series }}) as has_all_sexes,
                not lacks_rows
                and coalesce(ages = max(ages) over (partition by {{ series }}), false) as has_all_ages,
                not lacks_rows
                and sexes_by_age > 1
                and sexes_by_age = max(sexes_by_age) over (partition by {{ series }})
                and coalesce(
                    ages_by_sex = max(ages_by_sex) over (partition by {{ series }}), false
                ) as has_all_of_both,
                not lacks_rows
                and codes > 1
                and codes = max(codes) over (partition by {{ series }}) as has_all_codes
            from parts
        ),

        totals as (
            select
                {{ keys }},
                '_T' as sex,
                '_T' as age,
                '' as other_dim,
                '' as other_code,
                coalesce(
                    {{ steady_sum('amount') }} filter (
                        where sex = '_T' and age_group = '_T' and other_dim = ''
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex <> '_T' and age_group = '_T' and other_dim = '' and has_all_sexes
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex = '_T' and age_group <> '_T' and other_dim = '' and has_all_ages
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex <> '_T' and age_group <> '_T' and other_dim = '' and has_all_of_both
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex = '_T' and age_group = '_T' and other_dim = first_dim and has_all_codes
                    )
                ) as amount
            from banded
            inner join wholes using ({{ keys }})
            group by all
        ),

        by_sex as (
            select
                {{ keys }},
                sex,
                '_T' as age,
                '' as other_dim,
                '' as other_code,
                coalesce(
                    {{ steady_sum('amount') }} filter (where age_group = '_T'),
                    {{ steady_sum('amount') }} filter (where age_group <> '_T' and has_all_of_both)
                ) as amount
            from banded
            inner join wholes using ({{ keys }})
            where sex <> '_T' and other_dim = ''
            group by all
        ),

        -- A group is known where bands fill it and none reaches over its edge.
        grouped as (
            select
                {{ keys }},
                sex,
                groups.age_group as age,
                groups.scheme,
                {{ steady_sum('amount') }} filter (
                    where age_low >= groups.age_min and age_high <= groups.age_max
                ) as inside,
                coalesce(
                    sum(age_high - age_low + 1) filter (
                        where age_low >= groups.age_min and age_high <= groups.age_max
                    ),
                    0
                )
                = any_value(groups.age_max - groups.age_min + 1) as filled,
                sum(least(age_high, groups.age_max) - greatest(age_low, groups.age_min) + 1)
                >= any_value(groups.age_max - groups.age_min + 1) as touched
            from banded
            inner join
                {{ ref('age_groups') }} as groups
                on banded.age_low <= groups.age_max
                and banded.age_high >= groups.age_min
            where other_dim = ''
            group by {{ keys }}, sex, groups.age_group, groups.scheme
        ),

        -- A band that nests in no group of ours is published as it is delivered.
        own_bands as (
            select {{ keys }}, sex, age_group as age, {{ steady_sum('amount') }} as amount
            from banded
            anti join
                {{ ref('age_groups') }} as groups
                on banded.age_low >= groups.age_min
                and banded.age_high <= groups.age_max
                and (
                    groups.scheme in ('iccs', 'guide')
                    or (banded.age_low = groups.age_min and banded.age_high = groups.age_max)
                )
            where age_low is not null and other_dim = ''
            group by all
        ),

        known_or_refused as (
            select {{ keys }}, sex, age, case when filled then inside end as amount
            from grouped
            where filled or (touched and scheme in ('iccs', 'guide'))
            union all
            select {{ keys }}, sex, age, amount
            from own_bands
        ),

        both_sexes as (
            select
                {{ keys }},
                '_T' as sex,
                age,
                case
                    when bool_and(amount is not null) and count(*) filter (sex <> '_U') > 1
                    then {{ steady_sum('amount') }}
                end as amount
            from known_or_refused
            where sex <> '_T'
            group by all
        ),

        by_age as (
            select {{ keys }}, sex, age, amount
            from known_or_refused
            union all
            select {{ keys }}, sex, age, amount
            from both_sexes
            anti join (select * from known_or_refused where sex = '_T') as given using ({{ keys }}, age)
        ),

        by_other as (
            select
                {{ keys }},
                '_T' as sex,
                '_T' as age,
                other_dim,
                other_code,
                {{ steady_sum('amount') }} as amount
            from banded
            where other_dim <> '' and sex = '_T' and age_group = '_T'
            group by all
        )

    select *
    from totals
    union all
    select *
    from by_sex
    union all
    select {{ keys }}, sex, age, '' as other_dim, '' as other_code, amount
    from by_age
    union all
    select *
    from by_other
{% endmacro %}

{# How many years of age the bands of some rows fill, where no year between is missing or there twice (or both sexes have
   each once) and the last band is open: a table cut off among its ages is no whole. #}
{% macro ages_in_a_row(rows) %}
    case
        when
            sum(age_high - age_low + 1) filter (where {{ rows }})
            = count(distinct sex) filter (where age_low is not null and {{ rows }})
            * (max(age_high) filter (where {{ rows }}) - min(age_low) filter (where {{ rows }}) + 1)
            and max(age_high) filter (where {{ rows }}) >= 99
        then sum(age_high - age_low + 1) filter (where {{ rows }})
    end
{% endmacro %}

{# Rows that were set aside, beside the rows of figures they may be part of: without sex, age and amount. One that does
   not say its area, period or topic may be any. `start` and `topic` are the columns of `rows` that say so. #}
{% macro parts_set_aside(rows, start, topic=none) %}
    select distinct
        {{ rows }}.* replace (
            '_U' as sex,
            '_U' as age_group,
            '' as other_dim,
            '' as other_code,
            false as is_total_of_groups,
            null as amount
        )
    from {{ rows }}
    inner join
        {{ source('run_records', 'row_fates') }} as fates
        on {{ rows }}.city_id = fates.city_id
        and {{ rows }}.feed_id = fates.feed_id
        and fates.fate in ('quarantined', 'conflicting')
        {%- if topic %}
            and coalesce(fates.topic, {{ rows }}.{{ topic }}) = {{ rows }}.{{ topic }}
        {%- endif %}
        and coalesce(fates.area_id, {{ rows }}.area_id) = {{ rows }}.area_id
        and coalesce({{ start_of_text('coalesce(fates.period, fates.delivery_period)') }}, {{ start }})
        = {{ start }}
{% endmacro %}

{# Areas without a figure of their own are the sum of the areas below them, if not one of those is missing. #}
{% macro with_sums_of_areas(relation, keys, facts) %}
    with
        below as (
            select
                ancestors.city_id,
                ancestors.ancestor_id,
                ancestors.area_id,
                areas.level,
                count(*) over (partition by ancestors.city_id, ancestors.ancestor_id, areas.level) as siblings
            from {{ ref('area_ancestors') }} as ancestors
            inner join
                {{ ref('city_areas') }} as areas
                on ancestors.city_id = areas.city_id
                and ancestors.area_id = areas.area_id
            -- The areas of a city fill it; the cities of a programme do not fill their country.
            where ancestors.steps > 0 and ancestors.ancestor_level not in ('country', 'county')
        ),

        summed as (
            select
                {{ keys }},
                below.ancestor_id as area_id,
                below.level,
                own.sex,
                own.age,
                own.other_dim,
                own.other_code,
                {% for fact in facts %}
                    {%- if fact == 'feed_id' %} {{ all_names('feed_id') }} as feed_id,
                    {%- else %} {{ base_of_sum() if fact == 'base' else 'max(' ~ fact ~ ')' }} as {{ fact }},
                    {%- endif %}
                {% endfor %}
                case when bool_and(own.amount is not null) then {{ steady_sum('own.amount') }} end as amount
            from {{ relation }} as own
            inner join below using (city_id, area_id)
            group by
                {{ keys }},
                below.ancestor_id,
                below.level,
                below.siblings,
                own.sex,
                own.age,
                own.other_dim,
                own.other_code
            having count(*) = below.siblings
        ),

        -- The nearest level that is whole.
        nearest as (
            select *
            from summed
            qualify
                dense_rank() over (
                    partition by {{ keys }}, area_id
                    order by
                        case
                            level when 'city' then 1 when 'district' then 2 when 'neighbourhood' then 3 else 0
                        end
                )
                = 1
        )

    -- What says less than nine tenths of its parts in the same source is no whole of them. Of another
    -- source the
    -- whole stands, and the difference is a finding.
    select
        {{ keys }},
        area_id,
        sex,
        age,
        other_dim,
        other_code,
        {% for fact in facts %} own.{{ fact }}, {% endfor %}
        case
            when own.feed_id = nearest.feed_id and own.amount < 0.9 * nearest.amount then null else own.amount
        end as amount
    from {{ relation }} as own
    left join nearest using ({{ keys }}, area_id, sex, age, other_dim, other_code)
    union all
    select
        {{ keys }},
        area_id,
        sex,
        age,
        other_dim,
        other_code,
        {% for fact in facts %} {{ fact }}, {% endfor %} amount
    from nearest
    anti join {{ relation }} as own using ({{ keys }}, area_id)
{% endmacro %}

{# How finely a row of counts is broken down: by both, by sex, by age, or not at all. #}
{% macro fineness(sex, age) -%}
    (case when {{ sex }} <> '_T' then 2 else 0 end + case when {{ age }} <> '_T' then 1 else 0 end)
{%- endmacro %}
