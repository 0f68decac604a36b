"""Trust stores and their revocation lists, which moto lacks, and the listeners that verify clients with them.

Errors and shapes: ELB API reference, actions with TrustStore in their names. Requirements of certificates and of lists:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html#mtls-for-awareness
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.elbv2.models import ELBv2Backend
from moto.elbv2.responses import ELBV2Response
from moto.s3.models import s3_backends

from privatelink_ingress.local.cloud.hardening import Params, after, around, before, operation, refuse

MODES = ("off", "passthrough", "verify")
CURVES = ("secp256r1", "secp384r1", "secp521r1")
MAX_STORES, MAX_CERTIFICATES, MAX_LISTS, MAX_VERIFYING = 20, 25, 30, 2
"""Per account, per store, per store, and listeners per load balancer: ALB quotas, Trust stores and Certificates."""


@operation(ELBV2Response, "create_trust_store")
def create_trust_store(request: Any, params: Params) -> Mapping[str, Any]:
    """Reads the bundle once, and keeps it: a later change of the object changes nothing."""
    held, name = stores(request.elbv2_backend), params["Name"]
    if any(store["Name"] == name for store in held.values()):
        refuse("DuplicateTrustStoreName", f"A trust store with the name '{name}' already exists")
    if len(held) >= MAX_STORES:
        refuse("TooManyTrustStores", f"The maximum number of trust stores is {MAX_STORES}")
    count = _certificates(request, params)
    place = f"{request.region}:{request.current_account}"
    arn = f"arn:aws:elasticloadbalancing:{place}:truststore/{name}/{uuid.uuid4().hex[:16]}"
    held[arn] = {"Name": name, "TrustStoreArn": arn, "Status": "ACTIVE", "NumberOfCaCertificates": count, "Lists": {}}
    request.elbv2_backend.tagging_service.tag_resource(arn, list(params.get("Tags") or ()))
    return {"TrustStores": [_described(held[arn])]}


@operation(ELBV2Response, "modify_trust_store")
def modify_trust_store(request: Any, params: Params) -> Mapping[str, Any]:
    """Replaces the whole bundle; listeners and revocation lists stay."""
    store = _store(request, params)
    store["NumberOfCaCertificates"] = _certificates(request, params)
    return {"TrustStores": [_described(store)]}


@operation(ELBV2Response, "describe_trust_stores")
def describe_trust_stores(request: Any, params: Params) -> Mapping[str, Any]:
    """By ARNs or names; all of them without either."""
    held, arns, names = stores(request.elbv2_backend), params.get("TrustStoreArns"), params.get("Names")
    for arn in arns or ():
        _store(request, {"TrustStoreArn": arn})
    found = [each for arn, each in held.items() if not arns or arn in arns]
    return {"TrustStores": [_described(each) for each in found if not names or each["Name"] in names]}


@operation(ELBV2Response, "describe_trust_store_associations")
def describe_trust_store_associations(request: Any, params: Params) -> Mapping[str, Any]:
    """The listeners that verify clients with it."""
    arn = _store(request, params)["TrustStoreArn"]
    return {"TrustStoreAssociations": [{"ResourceArn": user} for user in _users(request.elbv2_backend, arn)]}


@operation(ELBV2Response, "delete_trust_store")
def delete_trust_store(request: Any, params: Params) -> Mapping[str, Any]:
    """Refused while a listener uses it (API reference, DeleteTrustStore: TrustStoreInUse)."""
    arn = _store(request, params)["TrustStoreArn"]
    if next(_users(request.elbv2_backend, arn), None):
        refuse("TrustStoreInUse", f"Trust store '{arn}' is currently in use by a listener")
    del stores(request.elbv2_backend)[arn]
    request.elbv2_backend.tagging_service.delete_all_tags_for_resource(arn)
    return {}


@operation(ELBV2Response, "add_trust_store_revocations")
def add_trust_store_revocations(request: Any, params: Params) -> Mapping[str, Any]:
    """Reads each list once, and numbers it."""
    store, added = _store(request, params), []
    contents = params.get("RevocationContents") or ()
    if len(store["Lists"]) + len(contents) > MAX_LISTS:
        refuse("TooManyTrustStoreRevocationEntries", f"A trust store has at most {MAX_LISTS} revocation lists")
    for content in contents:
        place = (content["S3Bucket"], content["S3Key"], content.get("S3ObjectVersion"))
        text = _object(request, *place, missing="RevocationContentNotFound")
        try:
            revoked = len(list(x509.load_pem_x509_crl(text)))
        except ValueError:
            refuse("InvalidRevocationContent", f"The revocation file 's3://{place[0]}/{place[1]}' has no valid format")
        added.append({"RevocationType": "CRL", "NumberOfRevokedEntries": revoked})
    for each in added:
        each["RevocationId"] = store["Next"] = store.get("Next", 0) + 1
        store["Lists"][each["RevocationId"]] = each
    return {"TrustStoreRevocations": [each | {"TrustStoreArn": store["TrustStoreArn"]} for each in added]}


@operation(ELBV2Response, "describe_trust_store_revocations")
def describe_trust_store_revocations(request: Any, params: Params) -> Mapping[str, Any]:
    """By their numbers; all of them without any."""
    store = _store(request, params)
    wanted = [int(each) for each in params.get("RevocationIds") or store["Lists"]]
    found = [_list(store, each) | {"TrustStoreArn": store["TrustStoreArn"]} for each in wanted]
    return {"TrustStoreRevocations": found}


@operation(ELBV2Response, "remove_trust_store_revocations")
def remove_trust_store_revocations(request: Any, params: Params) -> Mapping[str, Any]:
    """All that are named, or none."""
    store = _store(request, params)
    for each in [_list(store, int(number)) for number in params["RevocationIds"]]:
        del store["Lists"][each["RevocationId"]]
    return {}


@before(ELBV2Response, "create_listener", "modify_listener")
def mutual_authentication_fits(request: Any, params: Params) -> None:
    """Verify needs a trust store that exists, and no other mode takes one; a load balancer has two such listeners.

    Source: API reference, MutualAuthenticationAttributes; ALB quotas, Listeners using mTLS in verify mode.
    """
    wanted = params.get("MutualAuthentication")
    if wanted is None:
        return
    mode, arn = wanted.get("Mode", "off"), wanted.get("TrustStoreArn")
    if mode not in MODES:
        refuse("ValidationError", f"Mutual authentication mode '{mode}' must be one of {', '.join(MODES)}")
    if mode != "verify":
        if arn or "IgnoreClientCertificateExpiry" in wanted or "AdvertiseTrustStoreCaNames" in wanted:
            refuse("ValidationError", f"A trust store and its options cannot be specified in mode '{mode}'")
        return
    if not arn:
        refuse("ValidationError", "A trust store must be specified in mode 'verify'")
    _store(request, {"TrustStoreArn": arn})
    own = params.get("ListenerArn")
    for balancer in request.elbv2_backend.load_balancers.values():
        if balancer.arn == params.get("LoadBalancerArn") or own in balancer.listeners:
            others = [one for one in balancer.listeners.values() if one.arn != own and _mode(one) == "verify"]
            if len(others) >= MAX_VERIFYING:
                refuse("ValidationError", f"A load balancer has at most {MAX_VERIFYING} listeners in mode 'verify'")


@after(ELBV2Response, "create_listener", "modify_listener")
def mutual_authentication_is_kept(request: Any, params: Params, response: Any) -> Any:
    """An HTTPS listener of an Application Load Balancer always has a mode (API reference, Listener)."""
    for listener in response.result["Listeners"]:
        if listener.protocol == "HTTPS":
            held = params.get("MutualAuthentication") or getattr(listener, "mutual_authentication", {"Mode": "off"})
            listener.mutual_authentication = _completed(held)
    return response


@around(ELBv2Backend, "_get_resource_by_arn")
def trust_stores_have_tags(original: Any, self: ELBv2Backend, arn: str) -> Any:
    """As load balancers have (API reference, AddTags)."""
    return stores(self)[arn] if arn in stores(self) else original(self, arn)


def stores(backend: Any) -> dict[str, dict[str, Any]]:
    """The trust stores of an account and Region, by ARN."""
    return vars(backend).setdefault("trust_stores", {})


def _completed(wanted: Mapping[str, Any]) -> dict[str, Any]:
    if wanted["Mode"] != "verify":
        return {"Mode": wanted["Mode"]}
    return {"IgnoreClientCertificateExpiry": False, "AdvertiseTrustStoreCaNames": "off"} | dict(wanted)


def _mode(listener: Any) -> str:
    return getattr(listener, "mutual_authentication", {}).get("Mode", "off")


def _users(backend: Any, arn: str) -> Iterator[str]:
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            if getattr(listener, "mutual_authentication", {}).get("TrustStoreArn") == arn:
                yield listener.arn


def _store(request: Any, params: Params) -> dict[str, Any]:
    store = stores(request.elbv2_backend).get(params["TrustStoreArn"])
    if store is None:
        refuse("TrustStoreNotFound", f"Trust store '{params['TrustStoreArn']}' not found")
    return store


def _list(store: Mapping[str, Any], number: int) -> dict[str, Any]:
    if number not in store["Lists"]:
        refuse("RevocationIdNotFound", f"Revocation id '{number}' not found")
    return store["Lists"][number]


def _described(store: Mapping[str, Any]) -> dict[str, Any]:
    total = sum(each["NumberOfRevokedEntries"] for each in store["Lists"].values())
    return {key: value for key, value in store.items() if key not in ("Lists", "Next")} | {"TotalRevokedEntries": total}


def _certificates(request: Any, params: Params) -> int:
    """How many certificates a bundle has, all of which a trust store takes."""
    place = (params["CaCertificatesBundleS3Bucket"], params["CaCertificatesBundleS3Key"])
    text = _object(
        request, *place, params.get("CaCertificatesBundleS3ObjectVersion"), missing="CaCertificatesBundleNotFound"
    )
    try:
        certificates = x509.load_pem_x509_certificates(text)
    except ValueError:
        certificates = []
    if not certificates or len(certificates) > MAX_CERTIFICATES or not all(map(_fits, certificates)):
        refuse("InvalidCaCertificatesBundle", f"The CA certificates bundle 's3://{'/'.join(place)}' is not valid")
    return len(certificates)


def _fits(certificate: x509.Certificate) -> bool:
    try:
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
    key = certificate.public_key()
    strong = (isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES
    )
    return authority and strong


def _object(request: Any, bucket: str, key: str, version: str | None, *, missing: str) -> bytes:
    """An object of the account, as the caller may read it."""
    try:
        found = s3_backends[request.current_account]["aws"].get_object(bucket, key, version_id=version)
    except Exception:
        found = None
    if found is None:
        refuse(missing, f"The object 's3://{bucket}/{key}' does not exist, or cannot be read")
    return found.value
