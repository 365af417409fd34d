-- Grain: indicator: what it is, how it is computed and how it is published, each from a file of its own.
select
    definition.*,
    categories.category,
    computation.* exclude (indicator_id),
    publication.* exclude (indicator_id)
from {{ ref('indicator_definition') }} as definition
inner join {{ ref('categories') }} as categories on definition.category_no = categories.category_no
inner join
    {{ ref('indicator_computation') }} as computation on definition.indicator_id = computation.indicator_id
inner join
    {{ ref('indicator_publication') }} as publication on definition.indicator_id = publication.indicator_id
