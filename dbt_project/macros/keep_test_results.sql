{# What dbt's own tests found, kept in the warehouse after a build: a release shows it beside the other checks. #}
{% macro keep_test_results(results) %}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- set tests = results | selectattr('node.resource_type', 'equalto', 'test') | list -%}
        create schema if not exists expectations;
        create table if not exists expectations.dbt_tests
            (test_id varchar, check_name varchar, asset varchar, severity varchar, passed boolean, failed_rows bigint);
        delete from expectations.dbt_tests
        where
            test_id not in ({%- for id in graph.nodes if id.startswith('test.') %}'{{ id }}', {% endfor %} '')
        ;
        {%- if tests %}
            delete from expectations.dbt_tests
            where
                test_id in (
                    {%- for result in tests %}
                        '{{ result.node.unique_id }}'{{ ', ' if not loop.last }}
                    {% endfor -%}
                )
            ;
        insert into expectations.dbt_tests values
            {%- for result in tests %}
            ('{{ result.node.unique_id }}', '{{ test_name(result.node) }}', '{{ tested_asset(result.node) }}',
             '{{ 'critical' if result.node.config.severity | lower == 'error' else 'low' }}',
                {{ result.status == 'pass' }}, {{ result.failures if result.failures is not none else 'null' }})
                {{- ', ' if not loop.last }}
            {%- endfor %}
            ;
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{# The first rows that a failed test found, as one line that the message for the user is made of: a test's name
   says nothing to whoever keeps the data. #}
{% macro show_failed_rows(results) %}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- for result in results if result.node.resource_type == 'test' and result.status == 'fail' -%}
            {%- if result.node.config.severity | lower == 'error' -%}
                {%- set found = run_query('select * from (' ~ result.node.compiled_code ~ ') limit 3') -%}
                {%- set rows = [] -%}
                {%- for row in found.rows -%}
                    {%- set cells = {} -%}
                    {%- for column in found.column_names if row[column] is not none -%}
                        {%- do cells.update({column: row[column] | string}) -%}
                    {%- endfor -%}
                    {%- do rows.append(cells) -%}
                {%- endfor -%}
                {%- set failed = {'table': tested_asset(result.node), 'rows': rows, 'rows_n': result.failures} -%}
                {{ log('rows that failed: ' ~ tojson(failed), info=true) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{# not_null:city_id, unique_grain, or the name of a test that stands in a file of its own. #}
{% macro test_name(node) -%}
    {%- set generic = node.test_metadata -%}
    {%- if generic -%} {{ generic.name }}{{ ':' ~ node.column_name if node.column_name }}
    {%- else -%} {{ node.name }}
    {%- endif -%}
{%- endmacro %}

{# The tables a test looks at, each with its schema. #}
{% macro tested_asset(node) -%}
    {%- set tested = [node.attached_node] if node.attached_node else node.depends_on.nodes -%}
    {%- set names = [] -%}
    {%- for id in tested -%}
        {%- set found = graph.nodes.get(id) -%}
        {%- if found -%} {%- do names.append(found.schema ~ '/' ~ found.alias) -%} {%- endif -%}
    {%- endfor -%}
    {{ names | sort | join(', ') }}
{%- endmacro %}
