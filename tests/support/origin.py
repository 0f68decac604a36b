"""The 45 defects of the article's sample code, each with what must hold here instead. docs/origin.md shows them."""

from __future__ import annotations

ORIGIN: dict[str, tuple[str, str]] = {
    "D01": (
        "The cluster's Terraform root did not load: a child module configured a provider that its parent passed, too.",
        "Every program loads and previews in CI.",
    ),
    "D02": (
        "The README never ran the root that creates the roles, which the network root assumed.",
        "One command per account creates every prerequisite, and its outputs name the roles.",
    ),
    "D03": (
        "The endpoint service admitted a placeholder: a role that existed nowhere.",
        "Consumers come from the stack file, are validated as account ids or ARNs, and are never `*`.",
    ),
    "D04": (
        "The controller mounted a secret that a job created from an image nobody had pushed: no pod could start.",
        "Images are listed as data and copied by digest; a preview fails while one is missing.",
    ),
    "D05": (
        "Image references contained one author's account id.",
        "The source contains no account id.",
    ),
    "D06": (
        "An implicit `latest` was pushed to a repository with immutable tags, so the second push failed.",
        "Images are named by digest; tags are versions.",
    ),
    "D07": (
        "The load balancer's host name was read right after `kubectl apply`, and its name was cut out of that text.",
        "The stack owns the network load balancer and knows its ARN.",
    ),
    "D08": (
        "The target group spoke HTTPS to port 80, where NGINX spoke plain HTTP: health checks failed.",
        "Protocol and port come from one contract, and both sides agree on them.",
    ),
    "D09": (
        "The log bucket had no policy, so the load balancer could not write its logs.",
        "The log bucket has the delivery policy, encryption, a public access block and a lifecycle.",
    ),
    "D10": (
        "Two firewall rules shared a priority, which AWS WAF refuses.",
        "Priorities are generated and unique.",
    ),
    "D11": (
        "Bucket names, which are global, were constants.",
        "Bucket names contain account and Region.",
    ),
    "D12": (
        "The printed Terraform commands were invalid.",
        "Tests check the documented commands.",
    ),
    "D13": (
        "Service-linked roles were created, which fails in an account that has them.",
        "No stack creates what an account can have only once.",
    ),
    "D14": (
        "The state bucket had no versions, encryption, public access block or lock, and could not be in us-east-1.",
        "The bootstrap stack creates a versioned, encrypted and protected state bucket in any Region.",
    ),
    "D15": (
        "The printed snippet for another connection failed in four ways and used the first endpoint's addresses.",
        "To add a connection is to add data; targets are the connection's own endpoints.",
    ),
    "D16": (
        "Each connection was another copy of two modules and a data source.",
        "One loop creates all connections, and a connection touches only its own resources.",
    ),
    "D17": (
        "Each connection had the same fixed path, so only the first received requests.",
        "Each connection has its own routes; conflicts are refused before deployment.",
    ),
    "D18": (
        "A second cluster with default settings overwrote the first one's parameter and took its traffic over.",
        "The contract is written create-only and has no default name.",
    ),
    "D19": (
        "The parameter contained only the service's name.",
        "The contract is a versioned schema below a path prefix.",
    ),
    "D20": (
        "The managed rule group only counted, so the firewall blocked nothing.",
        "Rule groups block by default; each can be set to count.",
    ),
    "D21": (
        "The firewall had no rules for SQL injection, bad reputations, anonymous addresses, rates or large bodies.",
        "The web ACL has the baseline groups, a rate limit and a decision about large bodies.",
    ),
    "D22": (
        "Firewall metrics were off or shared a name.",
        "Every rule has metrics under a unique name.",
    ),
    "D23": (
        "The firewall wrote no logs.",
        "The firewall logs its decisions without credentials.",
    ),
    "D24": (
        "The load balancer accepted plain HTTP from the internet.",
        "The internet reaches port 443 with a certificate; port 80 at most redirects.",
    ),
    "D25": (
        "The load balancer could send anything anywhere, accepted invalid headers and had no deletion protection.",
        "It reaches only the endpoints, drops invalid headers and is protected from deletion.",
    ),
    "D26": (
        "The cluster's API was open to the internet.",
        "The API is private; public access is limited to named networks.",
    ),
    "D27": (
        "Roles had full access to IAM, ECR and EKS, and trusted the session of the person who ran Terraform.",
        "Roles have the rights that their resources need, and trust named principals.",
    ),
    "D28": (
        "No module used the network role.",
        "Every resource names its provider, and each provider assumes its duty's role.",
    ),
    "D29": (
        "The workload's side wrote its parameter with administrator credentials of the central account.",
        "A cross-account role may write its own contracts and nothing else.",
    ),
    "D30": (
        "Secrets were not encrypted, the VPCs had no flow logs, and endpoints admitted every port.",
        "Disks and secrets are encrypted, every VPC has flow logs, and endpoints admit port 443.",
    ),
    "D31": (
        "Nodes had volume rights for a driver that was not installed.",
        "Rights exist only for software that runs.",
    ),
    "D32": (
        "The manifest and the README named different versions of a controller that has been retired since.",
        "A maintained controller, pinned by digest, runs with the least rights.",
    ),
    "D33": (
        "A command applied the manifests and nothing deleted them, which blocked the VPC's removal.",
        "Kubernetes objects are resources of the stack and are deleted before what they need.",
    ),
    "D34": (
        "Destroying stopped at non-empty buckets and repositories; nothing described how to remove a connection.",
        "Offboarding and removal are commands with tests.",
    ),
    "D35": (
        "The client's address was lost on the way.",
        "The application receives the client's address and the original host.",
    ),
    "D36": (
        "One node, one replica, no disruption budget.",
        "Nodes and replicas span the zones, with a disruption budget and autoscaling.",
    ),
    "D37": (
        "Logs were incomplete or never expired.",
        "The cluster writes all its logs, and every log group has a retention.",
    ),
    "D38": (
        "Kubernetes 1.19 was pinned, with machine images of 2021.",
        "Versions are checked against AWS's support dates.",
    ),
    "D39": (
        "The version was an unquoted number in YAML: `1.30` became `1.3`.",
        "The version is text, validated with a message that says so.",
    ),
    "D40": (
        "`eu-central-1` was written in 25 files.",
        "The Region is one line of each stack file.",
    ),
    "D41": (
        "Three Availability Zones, chosen by name, which is another zone in another account.",
        "Two or more zones, matched by zone id.",
    ),
    "D42": (
        "Fixed names of roles and clusters allowed one cluster per account.",
        "Names contain the stack's, and two stacks share none.",
    ),
    "D43": (
        "Provider versions were not pinned.",
        "Every package is pinned with hashes; a bot proposes updates.",
    ),
    "D44": (
        "Empty, unused and duplicate files.",
        "Every module is imported, and no file is empty.",
    ),
    "D45": (
        "The README's keys differed from the code's, and the account model was two CLI profiles.",
        "Documents are generated or tested, and every provider names its account.",
    ),
}
"""By defect: what the article's code did, and what must hold here."""
