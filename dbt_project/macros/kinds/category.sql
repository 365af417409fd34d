{# All indicators of one category: each kind once, one under the other. Where an indicator can be had in several ways, one speaks for each
   area and period: what was computed from counts, else a survey, else what the source reports. #}
{% macro category_indicators(category_no) %}
    {%- set computed = [kind_count, kind_rate, kind_share, kind_ratio, kind_density, kind_growth, kind_trailing, kind_representation, kind_life_table, kind_presence] -%}
    with
        voices as (
            {%- for kind in computed %}
                select 1 as voice, {{ kind_columns() }}
                from ({{ kind(category_no) }})
                union all
            {%- endfor %}
            select 2, {{ kind_columns() }}
            from ({{ kind_survey(category_no) }})
            union all
            select 3, {{ kind_columns() }}
            from ({{ kind_reported(category_no) }})
        ),

        -- Most indicators have one voice; only the others need to be looked at period by period.
        contested as (
            select city_id, indicator_id
            from voices
            group by city_id, indicator_id
            having count(distinct voice) > 1
        ),

        heard as (
            select city_id, indicator_id, area_id, freq, start, voice
            from (select * from voices semi join contested using (city_id, indicator_id))
            group by city_id, indicator_id, area_id, freq, start, voice
            qualify
                row_number() over (
                    partition by city_id, indicator_id, area_id, freq, start
                    order by bool_or(value is not null) desc, voice
                )
                = 1
        ),

        spoken as (
            select {{ kind_columns() }}
            from voices
            anti join contested using (city_id, indicator_id)
            union all
            select {{ kind_columns() }}
            from (select * from voices semi join contested using (city_id, indicator_id))
            semi join heard using (city_id, indicator_id, area_id, freq, start, voice)
        ),

        -- What is computed from the areas speaks before what a source reports of it.
        above as (select {{ kind_columns() }} from ({{ kind_areas_above(category_no, 'spoken') }}))

    select {{ kind_columns() }}
    from spoken
    anti join above using (city_id, indicator_id, area_id, freq, start)
    union all
    select {{ kind_columns() }}
    from above
{% endmacro %}
