{# Stacks the gap kinds (models/evidence/gap_kinds) into findings of one form: scope, metrics, words, figures, and the
   query that gives the same figures again from the release. The `meta` of a kind's yml says what they are, as names of
   the view's columns:

     rules:
       missing_periods: {scope: [feed_id], figures: [expected_n, missing], metrics: [share_covered]}

   Metrics whose names are not those of their columns are written {metric: column}. `identity` is the name that a rule
   had when its findings were first published: it enters the gap_id, which must outlive new names. #}
{% macro stack_gap_kinds(kinds) %}
    {# No row: it gives every column and its type, whichever of them the kinds have. #}
    select
        cast(null as varchar) as indicator_id,
        cast(null as varchar) as feed_id,
        cast(null as varchar) as area_id,
        cast(null as varchar) as dimension,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        cast(null as bigint) as expected_n,
        cast(null as bigint) as available_n
    where false
    {% for kind in kinds %}
        union all by name
        {{ findings_of_kind(kind) }}
    {% endfor %}
{% endmacro %}

{% macro findings_of_kind(kind) %}
    {% set rules = rules_of_kind(kind) %}
    select
        city_id,
        rule_id,
        {% call(name, rule) case_of_rule(kind, rules) %} '{{ rule.identity }}' {% endcall %}
        as identity,
        columns('^(indicator_id|feed_id|area_id|dimension|period_start|period_end|expected_n|available_n)$'),
        {% call(name, rule) case_of_rule(kind, rules) %} {{ metrics_list(rule.metrics) }} {% endcall %}
        as metrics,
        {% call(name, rule) case_of_rule(kind, rules) %} {{ words_list(rule.figures) }} {% endcall %}
        as words,
        {% call(name, rule) case_of_rule(kind, rules) %} {{ figures_object(rule.figures) }} {% endcall %}
        as figures,
        {% call(name, rule) case_of_rule(kind, rules) %} {{ evidence_query(kind, name, rule) }} {% endcall %}
        as evidence_query
    from {{ ref(kind) }}
{% endmacro %}

{# One expression for each rule; a rule that the meta does not know must not pass for a finding without words. #}
{% macro case_of_rule(kind, rules) -%}
    case
        rule_id
        {% for name, rule in rules.items() %} when '{{ name }}' then {{ caller(name, rule) }} {% endfor %}
        else error('{{ kind }}: the rule [' || rule_id || '] is not in the meta of its yml; add it there.')
    end
{%- endmacro %}

{% macro metrics_list(metrics) -%}
    [
        {%- for metric, column in metrics.items() %}
            {'metric':'{{ metric }}', 'value':cast("{{ column }}" as double)}{{ ', ' if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}

{% macro words_list(figures) -%}
    [
        {%- for figure in figures %}
            {'name':'{{ figure }}', 'value':{{ plain_text('"' ~ figure ~ '"') }}}{{ ', ' if not loop.last }}
        {%- endfor %}
    ]
{%- endmacro %}

{% macro figures_object(figures) -%}
    json_object(
        {% for figure in figures %}'{{ figure }}', "{{ figure }}"{{ ', ' if not loop.last }}{% endfor %}
    )
{%- endmacro %}

{% macro evidence_query(kind, name, rule) -%}
    'select {{ rule.figures | join(", ") }} from evidence.{{ kind }} where rule_id = ''{{ name }}'''
    {%- for column in ['city_id'] + rule.scope %}
        || ' and {{ column }}' || coalesce(' = ' || {{ quoted_text(column) }}, ' is null')
    {%- endfor %}
{%- endmacro %}

{# A value as it is written in SQL. #}
{% macro quoted_text(value) -%}
    '''' || replace(cast({{ value }} as varchar), '''', '''''') || ''''
{%- endmacro %}
