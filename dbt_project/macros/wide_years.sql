{# The years that have a column of their own in the view `wide`. Its columns are also listed in its contract. #}
{% macro wide_years() %} {{ return(range(2010, 2030)) }} {% endmacro %}
