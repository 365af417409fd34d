{# dbt's own macro asks the database twice for each table; a contract knows the columns, so once is enough. #}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- set statements = [alter_relation_comment(relation, model.description)] -%}
        {%- for column in model.columns.values() if for_columns and config.persist_column_docs() -%}
            {%- do statements.append(
                "comment on column " ~ relation ~ "." ~ adapter.quote(column.name) ~ " is "
                ~ duckdb_escape_comment(column.description) ~ ";"
            ) -%}
        {%- endfor -%}
        {%- do run_query(statements | join('\n')) -%}
    {%- endif -%}
{% endmacro %}
