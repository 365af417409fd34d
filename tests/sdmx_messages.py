"""SDMX messages for tests: reading one as rows, packing pages as a connector does, and small messages written here."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sga_pipeline.conform.readers.statistics.sdmx import open_sdmx
from sga_pipeline.contracts.formats import SdmxFormat
from tests.runs import data_folder

SAMPLES = data_folder() / "api_samples"
recorded = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the recorded answers are not at {SAMPLES}")
Row = dict[str, str | None]


def read(path: Path, **form: Any) -> list[Row]:
    """The rows of a delivery, each with the names of its columns."""
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as scratch:
        opened = open_sdmx(con, path, SdmxFormat.model_validate({"kind": "sdmx"} | form), Path(scratch))
        rows = con.execute(f"select * from {opened.relation}").fetchall()
        # What cannot be split into its columns is no row; nothing here may break unseen.
        assert opened.ragged() == []
        assert len(set(opened.header)) == len(opened.header)
        return [dict(zip(opened.header, row, strict=True)) for row in rows]


def read_bytes(folder: Path, content: bytes, **form: Any) -> list[Row]:
    file = folder / "message"
    file.write_bytes(content)
    return read(file, **form)


def pages(folder: Path, *files: Path | bytes) -> Path:
    """Files as the pages of one delivery."""
    target = folder / "delivery.pages"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, file in enumerate(files):
            archive.writestr(f"page-{number:06}", file if isinstance(file, bytes) else file.read_bytes())
    return target


def message(observations: str, attributes: str = "", header: str = "", footer: str = "") -> bytes:
    """A structure-specific message of 2.1 with what is given inside its one data set."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<m:StructureSpecificData xmlns:m="urn:m" xmlns:s="urn:s" xmlns:c="urn:c" xmlns:f="urn:f" xmlns:xsi="urn:x"><m:Header><m:ID>I1</m:ID>
<m:Prepared>2024-01-01T00:00:00</m:Prepared>{header}
<m:Structure structureID="S" dimensionAtObservation="TIME_PERIOD"><c:Structure><Ref agencyID="XX" id="CRIME" version="1.0"/></c:Structure>
</m:Structure></m:Header><m:DataSet s:structureRef="S" {attributes}>{observations}</m:DataSet>{footer}</m:StructureSpecificData>""".encode()


STRUCTURE = b"""<?xml version="1.0"?>
<m:Structure xmlns:m="urn:m" xmlns:s="urn:s" xmlns:c="urn:c"><m:Header><m:ID>S9</m:ID><m:Prepared>2024-01-01</m:Prepared></m:Header><m:Structures>
<s:Codelists><s:Codelist agencyID="XX" id="CL_SEX" version="1.0"><c:Name xml:lang="en">Sex</c:Name>
<s:Code id="F"><c:Name xml:lang="fr">Femmes</c:Name><c:Name xml:lang="es">Mujeres</c:Name></s:Code>
<s:Code id="M"><c:Name xml:lang="pt">Homens</c:Name></s:Code><s:Code id="_T"><c:Name xml:lang="en">Total</c:Name><c:Name xml:lang="es">Ambos</c:Name></s:Code>
</s:Codelist></s:Codelists>
<s:DataStructures><s:DataStructure agencyID="XX" id="CRIME" version="1.0"><c:Name>Crime</c:Name><s:DataStructureComponents><s:DimensionList>
<s:Dimension id="REF_AREA"><s:ConceptIdentity><Ref id="REF_AREA"/></s:ConceptIdentity></s:Dimension>
<s:Dimension id="SEX"><s:LocalRepresentation><s:Enumeration><Ref agencyID="XX" id="CL_SEX" version="1.0"/></s:Enumeration></s:LocalRepresentation></s:Dimension>
<s:TimeDimension id="TIME_PERIOD"/></s:DimensionList>
<s:AttributeList><s:Attribute id="OBS_STATUS"/><s:Attribute id="UNIT"/></s:AttributeList>
<s:MeasureList><s:PrimaryMeasure id="OBS_VALUE"/></s:MeasureList></s:DataStructureComponents></s:DataStructure></s:DataStructures></m:Structures></m:Structure>"""

# A feed of official statistics in the form of SDMX; {source} is where it comes from, {replaces} how its deliveries relate.
FEED = """\
id: statistics
title: Yearly statistics
family: official_statistics
shape: observations
owner: {{name: Statistical office, contact: dissemination office}}
licence: CC-BY-4.0
citation: Statistical office, indicators.
source: {source}
format: {{kind: sdmx, columns: [INDICATOR, REF_AREA, SEX]}}
cadence: annual
allowed_lag_days: 40
replaces: {replaces}
spatial_levels: [city]
columns:
  indicator_id: {{from: INDICATOR, steps: [{{recode: {{values: {{LIT: demo.literacy_rate, HH: demo.household_size_mean}}}}}}]}}
  area_id: {{from: REF_AREA, steps: [{{recode: {{values: {{C01: XS}}, otherwise: reject}}}}]}}
  period: {{from: TIME_PERIOD, steps: [{{replace: {{old: "-A1", new: ""}}}}, {{replace: {{old: "-M", new: "-"}}}}]}}
  sex: {{from: SEX, steps: [{{recode: {{values: {{_T: _T, F: F, M: M}}}}}}]}}
  value: {{from: OBS_VALUE, steps: [{{number: {{}}}}]}}
  obs_status: {{from: OBS_STATUS, steps: [{{recode: {{values: {{A: A, P: P, E: E, B: B, Q: Q, M: M, L: L, O: O, H: O}}, otherwise: reject}}}}]}}
ignore: rest
reject_when: {{quarantined_share: 1, fewer_rows_than: 0}}
"""
