"""Log groups, deliveries of logs, image repositories and buckets, in place."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call


def _log_group(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    extra = {"logGroupName": id_}
    if retention := new.get("retentionInDays"):
        call(aws, "logs", "PutRetentionPolicy", {"retentionInDays": retention}, type_=t.LOG_GROUP, extra=extra)
    elif old.get("retentionInDays"):
        call(aws, "logs", "DeleteRetentionPolicy", {}, type_=t.LOG_GROUP, extra=extra)
    if key := new.get("kmsKeyId"):
        call(aws, "logs", "AssociateKmsKey", {"kmsKeyId": key}, type_=t.LOG_GROUP, extra=extra)
    elif old.get("kmsKeyId"):
        call(aws, "logs", "DisassociateKmsKey", {}, type_=t.LOG_GROUP, extra=extra)
    return {}


def _delivery(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """The fields, what separates them, and the paths in a bucket: together, as the provider sends them."""
    names = ("fieldDelimiter", "recordFields", "s3DeliveryConfigurations")
    given = {name: new[name] for name in names if new.get(name) is not None}
    if any(old.get(name) != value for name, value in given.items()):
        call(aws, "logs", "UpdateDeliveryConfiguration", given, type_=t.LOG_DELIVERY, extra={"id": id_})
    return {}


def _repository(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    extra = {"repositoryName": id_}
    scanning = {"imageScanningConfiguration": new.get("imageScanningConfiguration") or {"scanOnPush": False}}
    call(aws, "ecr", "PutImageScanningConfiguration", scanning, type_=t.REPOSITORY, extra=extra)
    mutability = {"imageTagMutability": new.get("imageTagMutability") or "MUTABLE"}
    call(aws, "ecr", "PutImageTagMutability", mutability, type_=t.REPOSITORY, extra=extra)
    return mutability


def _nothing_in_aws(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """Inputs that affect deletion only: `forceDestroy`."""
    return {}


UPDATES: Mapping[str, Update] = {
    t.BUCKET: _nothing_in_aws,
    t.LOG_DELIVERY: _delivery,
    t.LOG_GROUP: _log_group,
    t.REPOSITORY: _repository,
}
