-- An amount, zero above all, stands only where every month of the period is covered.
select * from {{ ref('measure_values') }} where amount is not null and months_covered <> months_expected
