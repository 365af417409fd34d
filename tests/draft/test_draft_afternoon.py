"""From raw files to a release by drafts alone, in Spanish and in Portuguese: values worked out without the pipeline."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.draft.afternoon import CITY, agree, cover, fill_blanks, square
from tests.runs import sga

pytestmark = pytest.mark.slow
SPANISH = [
    "ROBO DE VEHÍCULO SIN VIOLENCIA",
    "HOMICIDIO DOLOSO",
    "HOMICIDIO CULPOSO POR TRÁNSITO",
    "ROBO A CASA HABITACIÓN",
    "VIOLENCIA FAMILIAR",
    "ASUNTO INTERNO 7",
]
SPANISH_CODES = {
    "ROBO DE VEHÍCULO SIN VIOLENCIA": "050211",
    "HOMICIDIO DOLOSO": "0101",
    "HOMICIDIO CULPOSO POR TRÁNSITO": "010321",
    "ROBO A CASA HABITACIÓN": "05012",
    "VIOLENCIA FAMILIAR": "02011",
}
PORTUGUESE = [
    "Furto de veículo",
    "Homicídio doloso",
    "Homicídio culposo no trânsito",
    "Roubo a transeunte",
    "Lesão corporal dolosa",
    "Estelionato",
]
PORTUGUESE_CODES = {
    "Furto de veículo": "050211",
    "Homicídio doloso": "0101",
    "Homicídio culposo no trânsito": "010321",
    "Roubo a transeunte": "04011",
    "Lesão corporal dolosa": "02011",
    "Estelionato": "0701",
}
PERSONS = ["Ana Pérez Soto", "Luis Gómez Díaz", "Eva Ruiz Vega"]


def boundaries(codes: list[str], names: list[str], code_key: str, name_key: str) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {code_key: code, name_key: name},
            "geometry": {"type": "Polygon", "coordinates": square(at)},
        }
        for at, (code, name) in enumerate(zip(codes, names, strict=True))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def start(folder: Path, city_id: str, name: str, language: str, boundary: str) -> Path:
    """Scaffold by drafting the boundaries, as the first thing of the afternoon."""
    city = folder / city_id
    (folder / "distritos.geojson").write_text(boundary, encoding="utf-8")
    done = sga("new", "--city", city, "--from", folder / "distritos.geojson")
    assert done.returncode == 0, done.stderr
    (city / "city.yaml").write_text(CITY.format(id=city_id, name=name, language=language), encoding="utf-8")
    (city / "data" / "distritos.geojson").write_bytes((folder / "distritos.geojson").read_bytes())
    feed = city / "feeds" / "distritos.yaml"
    text = feed.read_text(encoding="utf-8")
    # The scaffold's city area was not TOWN yet.
    feed.write_text(fill_blanks(text).replace(f"{{constant: {city_id}}}", "{constant: TOWN}"), encoding="utf-8")
    return city


def finish(city: Path, home: Path) -> None:
    checked = sga("check", city)
    assert checked.returncode == 0, checked.stderr
    ran = sga("run", "--home", home, city)
    assert ran.returncode == 0, ran.stderr


def asked(home: Path, city_id: str, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "published" / city_id / "current" / "sga.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def kept(home: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        return con.execute(sql.format(events=f"read_parquet('{home}/conformed/crime_events/**/*.parquet')")).fetchall()


def test_an_afternoon_in_spanish(tmp_path: Path) -> None:
    names = ["Álvaro Obregón", "Benito Juárez", "Coyoacán"]
    city = start(
        tmp_path, "mx_san_telmo", "San Telmo", "es", boundaries(["001", "002", "003"], names, "CVE_MUN", "NOM_MUN")
    )
    spelled = ["ALVARO OBREGON", "BENITO JUAREZ", "COYOACAN"]
    lines, truth = (
        ["Folio;Fecha del hecho;Hora;Delito;Alcaldía;Latitud;Longitud;Nombre de la víctima;Teléfono"],
        Counter[tuple[str, str]](),
    )
    for at in range(360):
        offence, place = SPANISH[at % 6], at % 3 if at % 7 else 0
        day = f"{at % 28 + 1:02}/{at % 12 + 1:02}/2023"
        lines.append(
            f"CI-{at:05};{day};{at % 24:02}:{at % 60:02};{offence};{spelled[place]};"
            f"-23,{5100 + at % 800:04};-46,{6000 + at:04};{PERSONS[at % 3]};55{at:08}"
        )
        truth[SPANISH_CODES.get(offence, "_U"), f"00{place + 1}"] += 1
    raw = city / "data" / "carpetas_2023.csv"
    raw.write_bytes(
        (
            "Carpetas de investigación\r\nCorte: enero de 2024\r\n" + "\r\n".join(lines) + "\r\nFuente: Fiscalía\r\n"
        ).encode("cp1252")
    )
    people = ["alcaldia,año,poblacion"] + [
        f'{code},2023,"{number:,}"' for code, number in (("1", 1_200_000), ("2", 800_500), ("3", 1_000_250))
    ]
    (city / "data" / "poblacion.csv").write_text("\n".join(people) + "\n", encoding="utf-8")

    done = sga("new", "--city", city, "--from", raw, city / "data" / "poblacion.csv")
    assert done.returncode == 0, done.stderr
    feed = city / "feeds" / "carpetas_2023.yaml"
    text = feed.read_text(encoding="utf-8")
    assert 'delimiter: ";", encoding: cp1252, skip_lines: 2, footer_lines: 1' in text
    assert 'occurred_on: {from: Fecha del hecho, steps: [{date: ["%d/%m/%Y"]}]}' in text
    assert 'latitude: {from: Latitud, steps: [{number: {decimal: ","}}]}' in text
    written = done.stdout + done.stderr + "".join(one.read_text(encoding="utf-8") for one in city.rglob("feeds/**/*.*"))
    assert not [secret for secret in (*PERSONS, "Pérez", "5500000001", "CI-00001") if secret in written]
    assert "PRIVATE: its name says names of persons" in text

    refused = sga("check", city)
    assert refused.returncode == 2
    assert [word in refused.stderr for word in ("[owner.name]", "[owner.contact]", "[licence]", "[citation]")] == [
        True
    ] * 4
    assert refused.stderr.count("a blank of the draft is left") == 10

    feed.write_text(cover(fill_blanks(text), "2023-01-01", "2023-12-31"), encoding="utf-8")
    other = city / "feeds" / "poblacion.yaml"
    other.write_text(fill_blanks(other.read_text(encoding="utf-8")), encoding="utf-8")
    agreed = agree(city / "feeds" / "mappings" / "carpetas_2023_offences.csv")
    assert {local: code for local, code in agreed.items() if code} == SPANISH_CODES
    home = tmp_path / "home"
    finish(city, home)

    rows = kept(home, "select iccs_code, area_id, count(*) from {events} group by all")
    assert {(str(code), str(area)): count for code, area, count in rows} == truth
    found = asked(
        home,
        "mx_san_telmo",
        "select area_id, numerator, denominator from observations where indicator_id = 'crime.motor_vehicle_theft_rate' "
        "and period = '2023' and sex = '_T' and age = '_T' and numerator is not null order by area_id",
    )
    expected = {
        code: (truth["050211", code], people)
        for code, people in (("001", 1_200_000), ("002", 800_500), ("003", 1_000_250))
    }
    expected["TOWN"] = (60, 3_000_750)
    assert {str(area): (count, people) for area, count, people in found} == {
        area: facts for area, facts in expected.items() if facts[0] >= 5 or facts[0] == 0
    }
    # A row without a code stays unmapped, and the register says so.
    left = sga("mapping", "--home", home, "mx_san_telmo", "carpetas_2023", "--format", "csv")
    assert left.returncode == 0, left.stderr
    assert left.stdout.splitlines()[1:] == ["ASUNTO INTERNO 7,60,,,,,,,"]


def test_an_afternoon_in_portuguese(tmp_path: Path) -> None:
    codes, names = ["3550308", "3518800", "3547809"], ["São Paulo do Sul", "Guarulhos Novo", "Santo André Velho"]
    city = start(tmp_path, "br_vale_novo", "Vale Novo", "pt", boundaries(codes, names, "CD_MUN", "NM_MUN"))
    lines, truth = ["NUM_BO;DATA_OCORRENCIA;NATUREZA;CODMUN;LATITUDE;LONGITUDE;LOGRADOURO"], Counter[tuple[str, str]]()
    for at in range(540):
        offence, place = PORTUGUESE[at * at % 6], at % 3
        lines.append(
            f"{at + 1}/2023;{at % 28 + 1:02}/{at % 12 + 1:02}/2023;{offence};{codes[place][:6]};-23,{5001 + at};-46,{6001 + at};Rua das Flores {at}"
        )
        truth[PORTUGUESE_CODES[offence], codes[place]] += 1
    raw = city / "data" / "ocorrencias.csv"
    raw.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    people = {codes[0]: 1_111_111, codes[1]: 1_222_222, codes[2]: 1_333_333}
    table = ["municipio;ano;populacao;taxa"] + [
        f"{code[:6]};2023;{number:,}".replace(",", ".") + ";12,5" for code, number in people.items()
    ]
    (city / "data" / "populacao.csv").write_bytes(("\n".join(table) + "\n").encode("cp1252"))

    done = sga("new", "--city", city, "--from", raw, city / "data" / "populacao.csv")
    assert done.returncode == 0, done.stderr
    feed = city / "feeds" / "ocorrencias.yaml"
    text = feed.read_text(encoding="utf-8")
    assert "by code without its last figure (6 against 7)" in text
    assert "Flores" not in text + done.stdout
    feed.write_text(cover(fill_blanks(text), "2023-01-01", "2023-12-31"), encoding="utf-8")
    other = city / "feeds" / "populacao.yaml"
    said = other.read_text(encoding="utf-8")
    assert 'persons: {from: populacao, steps: [{number: {decimal: ",", thousands: "."}}]}' in said
    other.write_text(fill_blanks(said), encoding="utf-8")
    agreed = agree(city / "feeds" / "mappings" / "ocorrencias_offences.csv")
    assert agreed.items() <= PORTUGUESE_CODES.items()
    home = tmp_path / "home"
    finish(city, home)
    rows = kept(home, "select iccs_code, area_id, count(*) from {events} group by all")
    assert {(str(code), str(area)): count for code, area, count in rows} == truth
    found = asked(
        home,
        "br_vale_novo",
        "select area_id, numerator, denominator from observations where indicator_id = 'crime.motor_vehicle_theft_rate' "
        "and period = '2023' and sex = '_T' and age = '_T' and other_dim is null and numerator is not null order by area_id",
    )
    assert found
    for area, count, persons in found:
        here = codes if area == "TOWN" else [str(area)]
        assert count == sum(truth["050211", code] for code in here)
        assert persons == sum(people[code] for code in here)
