"""Log groups, delivery of logs, saved queries, dashboards and alarms: `aws:cloudwatch/…`."""

from __future__ import annotations

from collections.abc import Callable

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call


def _create_log_group(aws: Aws, inputs: Properties) -> Created:
    rest = {key: value for key, value in inputs.items() if key not in ("retentionInDays", "skipDestroy")}
    call(aws, "logs", "CreateLogGroup", rest, type_=t.LOG_GROUP)
    # Zero means for ever, which is what a group without a retention policy does.
    if inputs.get("retentionInDays"):
        retention = {"logGroupName": inputs["name"], "retentionInDays": inputs["retentionInDays"]}
        call(aws, "logs", "PutRetentionPolicy", retention, type_=t.LOG_GROUP)
    arn = f"arn:aws:logs:{aws.region}:{aws.account_id}:log-group:{inputs['name']}"
    return Created(inputs["name"], {"arn": arn})


def _delete_log_group(aws: Aws, id_: str, outputs: Properties) -> None:
    if not outputs.get("skipDestroy"):
        call(aws, "logs", "DeleteLogGroup", {}, type_=t.LOG_GROUP, extra={"logGroupName": id_})


def _create_source(aws: Aws, inputs: Properties) -> Created:
    source = call(aws, "logs", "PutDeliverySource", inputs, type_=t.LOG_DELIVERY_SOURCE)["deliverySource"]
    return Created(source["name"], {"arn": source["arn"], "service": source["service"]})


def _create_destination(aws: Aws, inputs: Properties) -> Created:
    answer = call(aws, "logs", "PutDeliveryDestination", inputs, type_=t.LOG_DELIVERY_DESTINATION)[
        "deliveryDestination"
    ]
    outputs = {"arn": answer["arn"], "deliveryDestinationType": answer["deliveryDestinationType"]}
    return Created(answer["name"], outputs)


def _create_delivery(aws: Aws, inputs: Properties) -> Created:
    delivery = call(aws, "logs", "CreateDelivery", inputs, type_=t.LOG_DELIVERY)["delivery"]
    return Created(delivery["id"], {"arn": delivery["arn"]})


def _create_resource_policy(aws: Aws, inputs: Properties) -> Created:
    call(aws, "logs", "PutResourcePolicy", inputs, type_=t.LOG_RESOURCE_POLICY)
    return Created(inputs["policyName"], {})


def _create_alarm(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    if "metricQueries" in rest:
        rest["metrics"] = [_query(query) for query in rest.pop("metricQueries")]
    rename = {"name": "AlarmName", "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile"}
    call(aws, "cloudwatch", "PutMetricAlarm", rest, type_=t.METRIC_ALARM, rename=rename)
    arn = f"arn:aws:cloudwatch:{aws.region}:{aws.account_id}:alarm:{inputs['name']}"
    return Created(inputs["name"], {"arn": arn})


def _create_dashboard(aws: Aws, inputs: Properties) -> Created:
    call(aws, "cloudwatch", "PutDashboard", inputs, type_=t.DASHBOARD)
    name = inputs["dashboardName"]
    # It is of no Region: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    return Created(name, {"dashboardArn": f"arn:aws:cloudwatch::{aws.account_id}:dashboard/{name}"})


def _delete_dashboard(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "cloudwatch", "DeleteDashboards", {}, type_=t.DASHBOARD, extra={"DashboardNames": [id_]})


def _create_query_definition(aws: Aws, inputs: Properties) -> Created:
    id_ = call(aws, "logs", "PutQueryDefinition", inputs, type_=t.QUERY_DEFINITION)["queryDefinitionId"]
    arn = f"arn:aws:logs:{aws.region}:{aws.account_id}:query-definition:{id_}"
    return Created(id_, {"arn": arn, "queryDefinitionId": id_})


def _query(query: Properties) -> Properties:
    """A query's metric holds, flat, what the API splits into a metric and its statistic.

    The provider returns no data of a query that does not ask for it; the API would:
    terraform-provider-aws internal/service/cloudwatch/metric_alarm.go.
    """
    query = {"returnData": False} | query
    if not query.get("metric"):
        return query
    metric = query["metric"]
    named = {key: value for key, value in metric.items() if key in ("namespace", "metricName", "dimensions")}
    statistic = {key: value for key, value in metric.items() if key not in named}
    rest = {key: value for key, value in query.items() if key != "metric"}
    return rest | {"metricStat": statistic | {"metric": named}}


def _delete_alarm(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "cloudwatch", "DeleteAlarms", {}, type_=t.METRIC_ALARM, extra={"AlarmNames": [id_]})


def _deletes(type_: str, operation: str, member: str) -> Callable[[Aws, str, Properties], None]:
    def delete(aws: Aws, id_: str, outputs: Properties) -> None:
        call(aws, "logs", operation, {}, type_=type_, extra={member: id_})

    return delete


ADAPTERS: dict[str, Adapter] = {
    t.LOG_GROUP: Adapter(_create_log_group, _delete_log_group),
    t.LOG_DELIVERY_SOURCE: Adapter(_create_source, _deletes(t.LOG_DELIVERY_SOURCE, "DeleteDeliverySource", "name")),
    t.LOG_DELIVERY_DESTINATION: Adapter(
        _create_destination, _deletes(t.LOG_DELIVERY_DESTINATION, "DeleteDeliveryDestination", "name")
    ),
    t.LOG_DELIVERY: Adapter(_create_delivery, _deletes(t.LOG_DELIVERY, "DeleteDelivery", "id")),
    t.LOG_RESOURCE_POLICY: Adapter(
        _create_resource_policy, _deletes(t.LOG_RESOURCE_POLICY, "DeleteResourcePolicy", "policyName")
    ),
    t.QUERY_DEFINITION: Adapter(
        _create_query_definition, _deletes(t.QUERY_DEFINITION, "DeleteQueryDefinition", "queryDefinitionId")
    ),
    t.DASHBOARD: Adapter(_create_dashboard, _delete_dashboard),
    t.METRIC_ALARM: Adapter(_create_alarm, _delete_alarm),
}
