"""The same work as a run over the benchmark's city, written by hand for it alone: one DuckDB script, nothing general."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb

COLUMNS = ("incident_no", "occurred", "hour", "reported", "code", "district", "lat", "lon", "weapon", "cleared")


def work(city: Path, home: Path) -> None:
    home.mkdir(parents=True)
    # A pipeline keeps what arrived; so does this.
    shutil.copyfile(city / "data" / "incidents.csv", home / "incidents.csv")
    settings = {"threads": 2, "memory_limit": "1GB", "temp_directory": str(home)}
    con = duckdb.connect(str(home / "by_hand.duckdb"), config=settings)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    con.execute(f"create table offences as select * from read_csv('{city}/feeds/offences.csv', all_varchar = true)")
    con.execute(f"create table residents as select * from read_csv('{city}/data/population.csv')")
    # Read, type, and mark what breaks a rule; each row is written once.
    con.execute(f"""
        copy (
            with source as (
                select * from read_csv('{home}/incidents.csv', columns = {{{columns}}}, header = true, delim = ';', nullstr = '',
                    auto_detect = false, quote = '"', escape = '"', comment = '', store_rejects = true)
            ),
            typed as (
                select incident_no as event_id, try_strptime(occurred, '%d/%m/%Y')::date as occurred_on,
                    try_cast(substr(hour, 1, 2) as bigint) as occurred_hour, try_cast(reported as date) as reported_on,
                    upper(trim(code)) as local_code, 'd' || lpad(district, 2, '0') as area_id,
                    try_cast(replace(lat, ',', '.') as double) as latitude, try_cast(replace(lon, ',', '.') as double) as longitude,
                    case weapon when 'gun' then 'firearm' when 'knife' then 'knife' when 'none' then 'none'
                        when 'other' then 'other' else '_U' end as weapon,
                    case cleared when 'Y' then true when 'N' then false end as cleared
                from source
            )
            select typed.*, coalesce(offences.iccs_code, '_U') as iccs_code,
                (event_id is null)::int + 2 * (occurred_on is null or occurred_on < '1900-01-01')::int
                + 4 * coalesce(occurred_hour not between 0 and 23, true)::int + 8 * coalesce(reported_on < occurred_on, false)::int
                + 16 * coalesce(latitude not between -90 and 90, false)::int
                + 32 * coalesce(longitude not between -180 and 180, false)::int as broken
            from typed left join offences on typed.local_code = offences.local
        ) to '{home}/typed.parquet' (format parquet, compression snappy)
    """)
    typed = f"read_parquet('{home}/typed.parquet')"
    con.execute(f"copy (select * from {typed} where broken <> 0) to '{home}/quarantine.parquet' (format parquet)")
    con.execute(
        f"create table doubled as select event_id from {typed} where broken = 0 group by event_id having count(*) > 1"
    )
    con.execute(f"""
        create table cells as
        select date_trunc('month', occurred_on) as month, area_id, iccs_code, weapon, cleared, count(*) as n
        from {typed} where broken = 0 and event_id not in (from doubled) group by all
        union all
        select date_trunc('month', occurred_on), area_id, iccs_code, weapon, cleared, count(*)
        from (select distinct on (event_id) * from {typed} where broken = 0 and event_id in (from doubled)) group by all
    """)
    con.execute("""
        create table indicators as
        select 'motor_vehicle_theft' as indicator, year(month) as year, area_id, 100000.0 * sum(n) / any_value(persons) as rate
        from cells join residents on residents.district = area_id and residents.year = year(month)
        where iccs_code = '050211' group by all
        union all
        select 'robbery_firearm', year(month), area_id, 100000.0 * sum(n) / any_value(persons)
        from cells join residents on residents.district = area_id and residents.year = year(month)
        where iccs_code = '0401' and weapon = 'firearm' group by all
        union all
        select 'cleared', year(month), area_id, 100.0 * sum(n) filter (where cleared) / sum(n) from cells group by all
    """)
    con.execute("checkpoint")
    con.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]))
