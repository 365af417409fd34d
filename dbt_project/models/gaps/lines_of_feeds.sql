-- Grain: city x feed x line of the guide that rests on it: it states a figure of it, or covers a count in it.
select city_id, feed_id, line
from {{ ref('source_values') }}
union
select coverage.city_id, coverage.feed_id, lines.line
from (select distinct city_id, feed_id, measure_id from {{ ref('measure_coverage') }}) as coverage
inner join
    {{ ref('indicator_catalogue') }} as indicators
    on {{ in_list('coverage.measure_id', "concat_ws(';', indicators.numerator, indicators.denominator)") }}
inner join {{ ref('forms_of_lines') }} as lines on indicators.indicator_id = lines.indicator_id
