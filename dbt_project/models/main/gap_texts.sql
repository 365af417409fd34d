-- Grain: finding x language: what was found and what to do next, in plain sentences. A text without a
-- translation is the English one.
with
    category_names as (
        select 'category ' || cast(category_no as varchar) as dimension, any_value(category) as category
        from {{ ref('indicator_catalogue') }}
        group by category_no
    ),

    -- What the braces of a sentence may name: the figures of the finding, and what it is about.
    findings_with_names as (
        select
            findings.gap_id,
            findings.parent_id,
            findings.city_id,
            findings.rule_id,
            list_concat(
                findings.words,
                [
                    {'name':'city', 'value':cities.name},
                    {'name':'title', 'value':feeds.title},
                    {'name':'owner', 'value':coalesce(feeds.owner, cities.name)},
                    {'name':'indicator', 'value':indicators.short_title},
                    {'name':'as_of', 'value':cast(cities.as_of as varchar)},
                    {'name':'level', 'value':findings.dimension},
                    {'name':'series', 'value':coalesce(findings.dimension, 'all records')},
                    {'name':'column', 'value':findings.dimension},
                    {'name':'category', 'value':category_names.category},
                    {
                        'name':'scope',
                        'value':coalesce(indicators.short_title, feeds.title, findings.area_id, cities.name)
                    }
                ]
            ) as words
        from {{ ref('findings_with_status') }} as findings
        inner join {{ source('run_records', 'cities') }} as cities on findings.city_id = cities.city_id
        left join
            {{ source('run_records', 'feeds') }} as feeds
            on findings.city_id = feeds.city_id
            and findings.feed_id = feeds.feed_id
        left join
            {{ ref('indicator_catalogue') }} as indicators on findings.indicator_id = indicators.indicator_id
        left join category_names on findings.dimension = category_names.dimension
    ),

    sentences as (
        select
            split_part(key, '.', 1) as rule_id,
            language,
            any_value(text) filter (where key like '%.statement') as statement,
            any_value(text) filter (where key like '%.recommendation') as recommendation
        from {{ source('run_records', 'texts') }}
        where domain = 'statements'
        group by split_part(key, '.', 1), language
    ),

    translated_terms as (
        select language, map_from_entries(list((key, text))) as terms
        from {{ source('run_records', 'texts') }}
        where domain = 'terms'
        group by language
    ),

    findings_by_language as (
        select
            findings.gap_id,
            findings.parent_id,
            findings.city_id,
            sentences.language,
            sentences.statement,
            sentences.recommendation,
            list_transform(
                findings.words,
                lambda word: {
                    'name':word.name, 'value':coalesce(translated_terms.terms[word.value], word.value)
                }
            ) as words
        from findings_with_names as findings
        inner join sentences on findings.rule_id = sentences.rule_id
        inner join translated_terms on sentences.language = translated_terms.language
    ),

    single_texts as (
        select
            gap_id,
            parent_id,
            city_id,
            language,
            {{ filled('statement', 'words') }} as statement,
            {{ filled('recommendation', 'words') }} as recommendation
        from findings_by_language
    ),

    first_children as (
        select parent_id, language, min(statement) as example, min_by(recommendation, statement) as step
        from single_texts
        where parent_id is not null
        group by parent_id, language
    ),

    -- A finding that groups many says how many, and what the first of them is.
    group_sentences as (
        select
            findings.gap_id,
            findings.city_id,
            sentences.language,
            sentences.statement,
            sentences.recommendation,
            list_concat(
                findings.words,
                [
                    {'name':'example', 'value':first_children.example},
                    {'name':'step', 'value':first_children.step}
                ]
            ) as words
        from findings_with_names as findings
        inner join first_children on findings.gap_id = first_children.parent_id
        inner join sentences on sentences.rule_id = 'many' and sentences.language = first_children.language
        where ends_with(findings.rule_id, '_many')
    )

select gap_id, city_id, language, statement, recommendation
from single_texts
union all
select
    gap_id,
    city_id,
    language,
    {{ filled('statement', 'words') }} as statement,
    {{ filled('recommendation', 'words') }} as recommendation
from group_sentences
