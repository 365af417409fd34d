-- Grain: finding. Feeds that lack their licence, checksum, address or day of retrieval (G23).
with
    feed_provenance as (
        select
            city_id,
            feed_id,
            coalesce(has_licence, false) as licence_known,
            has_checksums or deliveries_in_use = 0 as checksum_known,
            url is not null or coalesce(contact, '') <> '' as address_known,
            retrieved_at is not null or deliveries_in_use = 0 as day_known
        from {{ ref('feed_states') }}
    ),

    missing_items as (
        select
            *,
            list_filter(
                [
                    case when not licence_known then 'the licence' end,
                    case when not checksum_known then 'the checksum' end,
                    case when not address_known then 'address or contact' end,
                    case when not day_known then 'the day of retrieval' end
                ],
                lambda item:item is not null
            ) as items
        from feed_provenance
    ),

    provenance as (
        select
            'provenance' as rule_id,
            city_id,
            feed_id,
            array_to_string(items, ' and ') as missing,
            len(items) as items_n,
            case when licence_known and checksum_known then 0 else 1 end as grave_n
        from missing_items
        where len(items) > 0
    )

select *
from provenance
