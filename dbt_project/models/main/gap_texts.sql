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
            findings.gap_code,
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
        where not ends_with(findings.rule_id, '_many')
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

    -- What the findings of a group are about, in the language of the text.
    words_of_children as (
        select
            parent_id,
            language,
            string_agg(distinct word.value, ', ' order by word.value) filter (
                where word.name = 'dimension_word'
            ) as dimensions,
            array_to_string(
                (list(distinct word.value order by word.value) filter (where word.name = 'indicator'))[1:5],
                ', '
            ) as examples
        from (select parent_id, language, unnest(words) as word from findings_by_language)
        where parent_id is not null
        group by parent_id, language
    ),

    kind_names as (
        select replace(key, 'gap_', '') as gap_code, language, text as kind
        from {{ source('run_records', 'texts') }}
        where domain = 'words' and starts_with(key, 'gap_')
    ),

    -- Whose core set it is.
    core_sets as (
        select
            city_id,
            case
                when bool_or(core_provenance = 'city_override')
                then 'the city''s set'
                else 'the project''s set'
            end as core_set
        from {{ ref('indicators') }}
        group by city_id
    ),

    -- A finding that groups many has a sentence of its own; else it says what kind they are, how many,
    -- and what the first of them is.
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
                    {'name':'step', 'value':first_children.step},
                    {'name':'kind', 'value':coalesce(kind_names.kind, findings.gap_code)},
                    {
                        'name':'core_set',
                        'value':coalesce(translated_terms.terms[core_sets.core_set], core_sets.core_set)
                    },
                    {'name':'dimensions', 'value':coalesce(words_of_children.dimensions, '')},
                    {'name':'examples', 'value':coalesce(words_of_children.examples, '')}
                ]
            ) as words
        from findings_with_names as findings
        inner join first_children on findings.gap_id = first_children.parent_id
        inner join
            sentences
            on sentences.language = first_children.language
            and sentences.rule_id = case
                when findings.rule_id in (select rule_id from {{ ref('statements') }})
                then findings.rule_id
                else 'many'
            end
        inner join translated_terms on sentences.language = translated_terms.language
        left join core_sets on findings.city_id = core_sets.city_id
        left join
            words_of_children
            on findings.gap_id = words_of_children.parent_id
            and sentences.language = words_of_children.language
        left join
            kind_names on findings.gap_code = kind_names.gap_code and sentences.language = kind_names.language
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
