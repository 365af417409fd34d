"""Looks at each new release and tells of findings that are new, high or critical."""

import json

import dagster as dg

from sga_pipeline.alerts.findings import new_alert
from sga_pipeline.alerts.send import send
from sga_pipeline.errors import SgaError
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.publish.pointer import current_release


def alert_sensor(scope: Scope) -> dg.SensorDefinition:
    """Writes to the log, and to the webhook and the mail server that are set."""

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=60,
        description="Tells of new high and critical findings: log, SGA_ALERT_WEBHOOK, SGA_ALERT_SMTP.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        # The cursor keeps, for each city, the findings told of.
        told: dict[str, list[str]] = json.loads(context.cursor) if context.cursor else {}
        said = []
        for city in scope.assessment.cities:
            release = current_release(scope.home, city.id)
            alert = new_alert(release, city.id, frozenset(told.get(city.id, []))) if release else None
            if alert is None:
                continue
            context.log.warning(alert.text)
            try:
                ways = send(alert)
            except SgaError as error:
                # Not told: the next look tries again.
                context.log.error(f"{alert.subject}: {error}")
                continue
            told[city.id] = sorted({*told.get(city.id, []), *alert.gap_ids})
            said.append(f"{alert.subject} ({', '.join(['log', *ways])})")
        return dg.SensorResult(
            cursor=json.dumps(told, sort_keys=True), skip_reason="; ".join(said) or "no new findings"
        )

    return alerts
