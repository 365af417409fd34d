"""Looks at each new release and sends an alert about new findings that are high or critical."""

import json

import dagster as dg

from sga_pipeline.alerts.findings import new_alert
from sga_pipeline.alerts.send import send
from sga_pipeline.errors import SgaError
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.publish.pointer import current_release


def alert_sensor(scope: Scope) -> dg.SensorDefinition:
    """A sensor that writes to the log, and to the webhook and the mail server that are set."""

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Reports new high and critical findings to the log, and to SGA_ALERT_WEBHOOK and SGA_ALERT_SMTP where they are set. "
        "Off until somebody switches it on under Automation.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        # The cursor keeps, for each city, the findings that were reported.
        reported: dict[str, list[str]] = json.loads(context.cursor) if context.cursor else {}
        sent = []
        for city in scope.assessment.cities:
            release = current_release(scope.home, city.id)
            alert = new_alert(release, city.id, frozenset(reported.get(city.id, []))) if release else None
            if alert is None:
                continue
            context.log.warning(alert.text)
            try:
                channels = send(alert)
            except SgaError as error:
                # Not reported: the next evaluation tries again.
                context.log.error(f"{alert.subject}: {error}")
                continue
            reported[city.id] = sorted({*reported.get(city.id, []), *alert.gap_ids})
            sent.append(f"{alert.subject} ({', '.join(['log', *channels])})")
        return dg.SensorResult(
            cursor=json.dumps(reported, sort_keys=True), skip_reason="; ".join(sent) or "no new findings"
        )

    return alerts
