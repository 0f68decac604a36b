"""Trust stores and their revocation lists: `aws:lb/trustStore…`."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call

_LIST = {
    "revocationsS3Bucket": "S3Bucket",
    "revocationsS3Key": "S3Key",
    "revocationsS3ObjectVersion": "S3ObjectVersion",
}


def _create_store(aws: Aws, inputs: Properties) -> Created:
    answer = call(aws, "elbv2", "CreateTrustStore", inputs, type_=t.TRUST_STORE)
    arn = answer["TrustStores"][0]["TrustStoreArn"]
    return Created(arn, {"arn": arn, "arnSuffix": arn.rpartition(":")[2]})


def _delete_store(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "elbv2", "DeleteTrustStore", {}, type_=t.TRUST_STORE, extra={"TrustStoreArn": id_})


def _add_list(aws: Aws, inputs: Properties) -> Created:
    content = {_LIST[name]: value for name, value in inputs.items() if name in _LIST}
    rest = {name: value for name, value in inputs.items() if name not in _LIST}
    extra = {"RevocationContents": [content]}
    answer = call(aws, "elbv2", "AddTrustStoreRevocations", rest, type_=t.TRUST_STORE_REVOCATION, extra=extra)
    number = answer["TrustStoreRevocations"][0]["RevocationId"]
    return Created(f"{inputs['trustStoreArn']},{number}", {"revocationId": number})


def list_of(id_: str) -> Properties:
    """The parameters that name a revocation list: its id is the trust store's and its number."""
    arn, _, number = id_.rpartition(",")
    return {"TrustStoreArn": arn, "RevocationIds": [int(number)]}


def _remove_list(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "elbv2", "RemoveTrustStoreRevocations", {}, type_=t.TRUST_STORE_REVOCATION, extra=list_of(id_))


ADAPTERS: dict[str, Adapter] = {
    t.TRUST_STORE: Adapter(_create_store, _delete_store),
    t.TRUST_STORE_REVOCATION: Adapter(_add_list, _remove_list),
}
