{# One rule of finding gaps: groups a published table by its scope, works out the figures, and writes down the query that gives the
   same figures again. Every figure's formula stands once; the finding's words, its metrics and its evidence use it by name.
   rule: a row of statements.csv. table: what is looked at. by: its columns that make the scope. figures: name and formula over the table's
   rows. metrics: name (a row of thresholds.csv) and formula over figures and scope. where: which rows; having: which groups.
   in_year: the finding is about the year its figure `year` names. Where figures are taken from the worst of several rows, ties go by a second key:
   the same data must give the same words, and its evidence too. #}
{% macro finding(rule, table, by, figures, metrics, where='true', having='true', indicator='null', feed='null', area='null', dimension='null',
                 first='null', last='null', in_year=false, expected='null', available='null') %}
{%- if in_year %}{% set first, last = 'make_date(cast(year as integer), 1, 1)', 'make_date(cast(year as integer), 12, 31)' %}{% endif %}
select
    city_id, '{{ rule }}' as rule_id, cast({{ indicator }} as varchar) as indicator_id, cast({{ feed }} as varchar) as feed_id,
    cast({{ area }} as varchar) as area_id, cast({{ dimension }} as varchar) as dimension,
    cast({{ first }} as date) as period_start, cast({{ last }} as date) as period_end,
    cast({{ expected }} as bigint) as expected_n, cast({{ available }} as bigint) as available_n,
    [{% for name, formula in metrics.items() %}{'metric': '{{ name }}', 'value': cast({{ formula }} as double)}{{ ', ' if not loop.last }}{% endfor %}] as metrics,
    [{% for name in figures %}{'name': '{{ name }}', 'value': {{ plain_text(name) }}}{{ ', ' if not loop.last }}{% endfor %}] as words,
    json_object({% for name in figures %}'{{ name }}', {{ name }}{{ ', ' if not loop.last }}{% endfor %}) as figures,
    'select {% for name, formula in figures.items() %}{{ formula | replace("'", "''") }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %} from {{ table }} where {{ where | replace("'", "''") }}'
    {%- for column in ['city_id'] + by %} || ' and {{ column }} = ''' || replace(cast({{ column }} as varchar), '''', '''''') || ''''{% endfor %} as evidence_query
from (
    select city_id, {% for column in by %}{{ column }}, {% endfor %}{% for name, formula in figures.items() %}{{ formula }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ ref('indicators') if table == 'indicators' else ref(table) }} as {{ table }}
    where {{ where }}
    group by city_id{% for column in by %}, {{ column }}{% endfor %}
)
where {{ having }}
{% endmacro %}

