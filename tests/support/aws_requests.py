"""What AWS checks when a resource of each type is created, read, changed and deleted: one line per action and resource.

Written from the service authorization reference, https://docs.aws.amazon.com/service-authorization/latest/reference/,
and from the calls that the provider makes, not from the policies under test. A line is a sign, an action, a resource:

    +  creates the resource: its tags are in the request, and the right to tag it is required as well, then and later.
       A third word is the call that creates it, where AWS asks for the right to tag alone.
    =  acts on a resource that carries the tags of its stack
    .  acts on a resource without tags, or whose tags do not matter
    ?  looks up, on no resource
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from privatelink_ingress.local.engine.registration import Invocation, Registration
from privatelink_ingress.local.iam_policies import Request

TAGGING = {
    "ec2": "ec2:CreateTags",
    "elasticloadbalancing": "elasticloadbalancing:AddTags",
    "acm": "acm:AddTagsToCertificate",
    "logs": "logs:TagResource",
    "iam": "iam:TagRole",
    "ecr": "ecr:TagResource",
    "eks": "eks:TagResource",
    "wafv2": "wafv2:TagResource",
    "ssm": "ssm:AddTagsToResource",
    "cloudwatch": "cloudwatch:TagResource",
    "sns": "sns:TagResource",
    "s3": "s3:TagResource",
}

_LOG_GROUP = """
    + logs:CreateLogGroup {logs}:log-group:{name}
    . logs:AssociateKmsKey {logs}:log-group:{name}
    . logs:DisassociateKmsKey {logs}:log-group:{name}
    . logs:PutRetentionPolicy {logs}:log-group:{name}
    . logs:DeleteLogGroup {logs}:log-group:{name}
    . logs:ListTagsForResource {logs}:log-group:{name}
    ? logs:DescribeLogGroups"""

_BUCKET = "arn:aws:s3:::{name}"


def _rule(direction: str) -> str:
    return f"""
    = ec2:AuthorizeSecurityGroup{direction} {{ec2}}:security-group/sg-1
    + ec2:AuthorizeSecurityGroup{direction} {{ec2}}:security-group-rule/sgr-1
    = ec2:RevokeSecurityGroup{direction} {{ec2}}:security-group/sg-1
    = ec2:ModifySecurityGroupRules {{ec2}}:security-group/sg-1
    = ec2:ModifySecurityGroupRules {{ec2}}:security-group-rule/sgr-1
    ? ec2:DescribeSecurityGroupRules"""


REQUESTS = {
    "aws:ec2/vpc:Vpc": """
    + ec2:CreateVpc {ec2}:vpc/vpc-1
    = ec2:ModifyVpcAttribute {ec2}:vpc/vpc-1
    = ec2:DeleteVpc {ec2}:vpc/vpc-1
    = ec2:DeleteTags {ec2}:vpc/vpc-1
    ? ec2:DescribeVpcs
    ? ec2:DescribeVpcAttribute""",
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": """
    = ec2:AssociateVpcCidrBlock {ec2}:vpc/vpc-1
    = ec2:DisassociateVpcCidrBlock {ec2}:vpc/vpc-1
    ? ec2:DescribeVpcs""",
    "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation": """
    = ec2:AssociateVpcCidrBlock {ec2}:vpc/vpc-1
    = ec2:DisassociateVpcCidrBlock {ec2}:vpc/vpc-1
    = ec2:AssociateSubnetCidrBlock {ec2}:subnet/subnet-1
    = ec2:DisassociateSubnetCidrBlock {ec2}:subnet/subnet-1
    ? ec2:DescribeVpcs
    ? ec2:DescribeSubnets""",
    "aws:ec2/subnet:Subnet": """
    = ec2:CreateSubnet {ec2}:vpc/vpc-1
    + ec2:CreateSubnet {ec2}:subnet/subnet-1
    = ec2:ModifySubnetAttribute {ec2}:subnet/subnet-1
    = ec2:DeleteSubnet {ec2}:subnet/subnet-1
    ? ec2:DescribeSubnets""",
    "aws:ec2/routeTable:RouteTable": """
    = ec2:CreateRouteTable {ec2}:vpc/vpc-1
    + ec2:CreateRouteTable {ec2}:route-table/rtb-1
    = ec2:DeleteRouteTable {ec2}:route-table/rtb-1
    ? ec2:DescribeRouteTables""",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": """
    = ec2:AssociateRouteTable {ec2}:route-table/rtb-1
    = ec2:AssociateRouteTable {ec2}:subnet/subnet-1
    = ec2:DisassociateRouteTable {ec2}:route-table/rtb-1
    = ec2:DisassociateRouteTable {ec2}:subnet/subnet-1""",
    "aws:ec2/route:Route": """
    = ec2:CreateRoute {ec2}:route-table/rtb-1
    = ec2:DeleteRoute {ec2}:route-table/rtb-1""",
    "aws:ec2/internetGateway:InternetGateway": """
    + ec2:CreateInternetGateway {ec2}:internet-gateway/igw-1
    = ec2:AttachInternetGateway {ec2}:internet-gateway/igw-1
    = ec2:AttachInternetGateway {ec2}:vpc/vpc-1
    = ec2:DetachInternetGateway {ec2}:internet-gateway/igw-1
    = ec2:DetachInternetGateway {ec2}:vpc/vpc-1
    = ec2:DeleteInternetGateway {ec2}:internet-gateway/igw-1
    ? ec2:DescribeInternetGateways""",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": """
    + ec2:CreateTags {ec2}:security-group/sg-default
    = ec2:RevokeSecurityGroupIngress {ec2}:security-group/sg-default
    = ec2:RevokeSecurityGroupEgress {ec2}:security-group/sg-default
    ? ec2:DescribeSecurityGroups""",
    "aws:ec2/securityGroup:SecurityGroup": """
    = ec2:CreateSecurityGroup {ec2}:vpc/vpc-1
    + ec2:CreateSecurityGroup {ec2}:security-group/sg-1
    = ec2:RevokeSecurityGroupEgress {ec2}:security-group/sg-1
    = ec2:DeleteSecurityGroup {ec2}:security-group/sg-1
    ? ec2:DescribeNetworkInterfaces""",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule("Ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule("Egress"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": """
    = ec2:CreateVpcEndpoint {ec2}:vpc/vpc-1
    = ec2:CreateVpcEndpoint {ec2}:subnet/subnet-1
    = ec2:CreateVpcEndpoint {ec2}:security-group/sg-1
    = ec2:CreateVpcEndpoint {ec2}:route-table/rtb-1
    + ec2:CreateVpcEndpoint {ec2}:vpc-endpoint/vpce-1
    = ec2:ModifyVpcEndpoint {ec2}:vpc-endpoint/vpce-1
    = ec2:ModifyVpcEndpoint {ec2}:subnet/subnet-1
    = ec2:DeleteVpcEndpoints {ec2}:vpc-endpoint/vpce-1
    ? ec2:DescribeVpcEndpoints
    ? ec2:DescribePrefixLists""",
    "aws:ec2/vpcEndpointService:VpcEndpointService": """
    + ec2:CreateVpcEndpointServiceConfiguration {ec2}:vpc-endpoint-service/vpce-svc-1
    = ec2:ModifyVpcEndpointServiceConfiguration {ec2}:vpc-endpoint-service/vpce-svc-1
    = ec2:DeleteVpcEndpointServiceConfigurations {ec2}:vpc-endpoint-service/vpce-svc-1
    ? ec2:DescribeVpcEndpointServiceConfigurations
    ? ec2:DescribeVpcEndpointServicePermissions
    ? ec2:DescribeVpcEndpointConnections""",
    "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": """
    = ec2:AcceptVpcEndpointConnections {ec2}:vpc-endpoint-service/vpce-svc-1
    ? ec2:DescribeVpcEndpointConnections""",
    "aws:ec2/vpcEndpointConnectionNotification:VpcEndpointConnectionNotification": """
    = ec2:CreateVpcEndpointConnectionNotification {ec2}:vpc-endpoint-service/vpce-svc-1
    = ec2:ModifyVpcEndpointConnectionNotification {ec2}:vpc-endpoint-service/vpce-svc-1
    = ec2:DeleteVpcEndpointConnectionNotifications {ec2}:vpc-endpoint-service/vpce-svc-1
    ? ec2:DescribeVpcEndpointConnectionNotifications""",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": """
    = ec2:ModifyVpcEndpointServicePermissions {ec2}:vpc-endpoint-service/vpce-svc-1""",
    "aws:ec2/flowLog:FlowLog": """
    = ec2:CreateFlowLogs {ec2}:vpc/vpc-1
    + ec2:CreateFlowLogs {ec2}:vpc-flow-log/fl-1
    = ec2:DeleteFlowLogs {ec2}:vpc-flow-log/fl-1
    ? ec2:DescribeFlowLogs""",
    "aws:ec2/launchTemplate:LaunchTemplate": """
    + ec2:CreateLaunchTemplate {ec2}:launch-template/lt-1
    = ec2:CreateLaunchTemplateVersion {ec2}:launch-template/lt-1
    = ec2:ModifyLaunchTemplate {ec2}:launch-template/lt-1
    = ec2:DeleteLaunchTemplate {ec2}:launch-template/lt-1
    ? ec2:DescribeLaunchTemplates
    ? ec2:DescribeLaunchTemplateVersions""",
    "aws:lb/loadBalancer:LoadBalancer": """
    + elasticloadbalancing:CreateLoadBalancer {elb}:loadbalancer/{kind}/{name}/1
    = elasticloadbalancing:ModifyLoadBalancerAttributes {elb}:loadbalancer/{kind}/{name}/1
    = elasticloadbalancing:SetSecurityGroups {elb}:loadbalancer/{kind}/{name}/1
    = elasticloadbalancing:SetIpAddressType {elb}:loadbalancer/{kind}/{name}/1
    = elasticloadbalancing:DeleteLoadBalancer {elb}:loadbalancer/{kind}/{name}/1
    ? elasticloadbalancing:DescribeLoadBalancers
    ? elasticloadbalancing:DescribeLoadBalancerAttributes
    ? elasticloadbalancing:DescribeTags
    ? ec2:DescribeSubnets""",
    "aws:lb/targetGroup:TargetGroup": """
    + elasticloadbalancing:CreateTargetGroup {elb}:targetgroup/{name}/1
    = elasticloadbalancing:ModifyTargetGroup {elb}:targetgroup/{name}/1
    = elasticloadbalancing:ModifyTargetGroupAttributes {elb}:targetgroup/{name}/1
    = elasticloadbalancing:DeleteTargetGroup {elb}:targetgroup/{name}/1
    ? elasticloadbalancing:DescribeTargetGroups
    ? elasticloadbalancing:DescribeTargetGroupAttributes""",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": """
    = elasticloadbalancing:RegisterTargets {elb}:targetgroup/tg/1
    = elasticloadbalancing:DeregisterTargets {elb}:targetgroup/tg/1
    ? elasticloadbalancing:DescribeTargetHealth""",
    "aws:lb/listener:Listener": """
    = elasticloadbalancing:CreateListener {elb}:loadbalancer/{kind}/lb/1
    + elasticloadbalancing:AddTags {elb}:listener/{kind}/lb/1/2 CreateListener
    = elasticloadbalancing:ModifyListener {elb}:listener/{kind}/lb/1/2
    = elasticloadbalancing:ModifyListenerAttributes {elb}:listener/{kind}/lb/1/2
    = elasticloadbalancing:DeleteListener {elb}:listener/{kind}/lb/1/2
    ? elasticloadbalancing:DescribeListeners
    ? elasticloadbalancing:DescribeListenerAttributes""",
    "aws:lb/listenerRule:ListenerRule": """
    = elasticloadbalancing:CreateRule {elb}:listener/app/lb/1/2
    + elasticloadbalancing:AddTags {elb}:listener-rule/app/lb/1/2/3 CreateRule
    = elasticloadbalancing:ModifyRule {elb}:listener-rule/app/lb/1/2/3
    = elasticloadbalancing:SetRulePriorities {elb}:listener-rule/app/lb/1/2/3
    = elasticloadbalancing:DeleteRule {elb}:listener-rule/app/lb/1/2/3
    ? elasticloadbalancing:DescribeRules
    ? elasticloadbalancing:DescribeTargetGroups
    ? elasticloadbalancing:DescribeTags
    ? cloudwatch:GetMetricData""",
    "aws:lb/listenerCertificate:ListenerCertificate": """
    = elasticloadbalancing:AddListenerCertificates {elb}:listener/app/lb/1/2
    = elasticloadbalancing:RemoveListenerCertificates {elb}:listener/app/lb/1/2
    ? elasticloadbalancing:DescribeListenerCertificates""",
    "aws:lb/trustStore:TrustStore": """
    . elasticloadbalancing:CreateTrustStore {elb}:truststore/{name}/1
    . elasticloadbalancing:AddTags {elb}:truststore/{name}/1
    . elasticloadbalancing:RemoveTags {elb}:truststore/{name}/1
    . elasticloadbalancing:ModifyTrustStore {elb}:truststore/{name}/1
    . elasticloadbalancing:DeleteTrustStore {elb}:truststore/{name}/1
    . s3:GetObject arn:aws:s3:::{caCertificatesBundleS3Bucket}/{caCertificatesBundleS3Key}
    ? elasticloadbalancing:DescribeTags
    ? elasticloadbalancing:DescribeTrustStores
    ? elasticloadbalancing:DescribeTrustStoreAssociations""",
    "aws:lb/trustStoreRevocation:TrustStoreRevocation": """
    . elasticloadbalancing:AddTrustStoreRevocations {elb}:truststore/{edge}/1
    . elasticloadbalancing:RemoveTrustStoreRevocations {elb}:truststore/{edge}/1
    . s3:GetObject arn:aws:s3:::{revocationsS3Bucket}/{revocationsS3Key}
    ? elasticloadbalancing:DescribeTrustStoreRevocations""",
    "aws:cloudwatch/logGroup:LogGroup": _LOG_GROUP,
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": """
    + logs:PutDeliverySource {logs}:delivery-source:{name}
    . logs:ListTagsForResource {logs}:delivery-source:{name}
    . logs:GetDeliverySource {logs}:delivery-source:{name}
    . logs:DeleteDeliverySource {logs}:delivery-source:{name}
    ? elasticloadbalancing:AllowVendedLogDeliveryForResource""",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": """
    + logs:PutDeliveryDestination {logs}:delivery-destination:{name}
    . logs:ListTagsForResource {logs}:delivery-destination:{name}
    . logs:GetDeliveryDestination {logs}:delivery-destination:{name}
    . logs:DeleteDeliveryDestination {logs}:delivery-destination:{name}""",
    "aws:cloudwatch/logDelivery:LogDelivery": """
    . logs:CreateDelivery {logs}:delivery-source:{edge}-access
    . logs:CreateDelivery {logs}:delivery-destination:{edge}-access
    + logs:CreateDelivery {logs}:delivery:1
    = logs:GetDelivery {logs}:delivery:1
    = logs:ListTagsForResource {logs}:delivery:1
    = logs:DeleteDelivery {logs}:delivery:1
    ? logs:PutResourcePolicy""",
    "aws:cloudwatch/metricAlarm:MetricAlarm": """
    + cloudwatch:PutMetricAlarm {cloudwatch}:alarm:{name}
    . cloudwatch:DescribeAlarms {cloudwatch}:alarm:{name}
    . cloudwatch:ListTagsForResource {cloudwatch}:alarm:{name}
    . cloudwatch:DeleteAlarms {cloudwatch}:alarm:{name}""",
    "aws:cloudwatch/dashboard:Dashboard": """
    . cloudwatch:PutDashboard arn:aws:cloudwatch::{account}:dashboard/{dashboardName}
    . cloudwatch:GetDashboard arn:aws:cloudwatch::{account}:dashboard/{dashboardName}
    . cloudwatch:DeleteDashboards arn:aws:cloudwatch::{account}:dashboard/{dashboardName}""",
    "aws:sns/topic:Topic": """
    + sns:CreateTopic {sns}:{name}
    . sns:SetTopicAttributes {sns}:{name}
    . sns:GetTopicAttributes {sns}:{name}
    . sns:ListTagsForResource {sns}:{name}
    . sns:DeleteTopic {sns}:{name}""",
    "aws:cloudwatch/queryDefinition:QueryDefinition": """
    ? logs:PutQueryDefinition
    ? logs:DescribeQueryDefinitions
    ? logs:DeleteQueryDefinition""",
    "aws:acm/certificate:Certificate": """
    + acm:RequestCertificate *
    + acm:AddTagsToCertificate {acm}:certificate/1
    = acm:DescribeCertificate {acm}:certificate/1
    = acm:ListTagsForCertificate {acm}:certificate/1
    = acm:DeleteCertificate {acm}:certificate/1""",
    "aws:acm/certificateValidation:CertificateValidation": """
    = acm:DescribeCertificate {acm}:certificate/1""",
    "aws:route53/queryLog:QueryLog": """
    . route53:ListQueryLoggingConfigs arn:aws:route53:::hostedzone/{zoneId}
    . route53:CreateQueryLoggingConfig arn:aws:route53:::hostedzone/{zoneId}
    . route53:GetQueryLoggingConfig arn:aws:route53:::queryloggingconfig/1a-2b
    . route53:DeleteQueryLoggingConfig arn:aws:route53:::queryloggingconfig/1a-2b""",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": """
    ? logs:PutResourcePolicy
    ? logs:DescribeResourcePolicies
    ? logs:DeleteResourcePolicy""",
    "aws:route53/record:Record": """
    . route53:ChangeResourceRecordSets arn:aws:route53:::hostedzone/{zoneId}
    . route53:ListResourceRecordSets arn:aws:route53:::hostedzone/{zoneId}
    . route53:GetHostedZone arn:aws:route53:::hostedzone/{zoneId}
    . route53:GetChange arn:aws:route53:::change/C1""",
    "aws:wafv2/ipSet:IpSet": """
    + wafv2:CreateIPSet {wafv2}:regional/ipset/{name}/1
    . wafv2:GetIPSet {wafv2}:regional/ipset/{name}/1
    . wafv2:ListTagsForResource {wafv2}:regional/ipset/{name}/1
    . wafv2:UpdateIPSet {wafv2}:regional/ipset/{name}/1
    . wafv2:DeleteIPSet {wafv2}:regional/ipset/{name}/1""",
    "aws:wafv2/ruleGroup:RuleGroup": """
    + wafv2:CreateRuleGroup {wafv2}:regional/rulegroup/{name}/1
    . wafv2:CreateRuleGroup {wafv2}:regional/ipset/{edge}-deny/1
    . wafv2:GetRuleGroup {wafv2}:regional/rulegroup/{name}/1
    . wafv2:ListTagsForResource {wafv2}:regional/rulegroup/{name}/1
    . wafv2:UpdateRuleGroup {wafv2}:regional/rulegroup/{name}/1
    . wafv2:UpdateRuleGroup {wafv2}:regional/ipset/{edge}-deny/1
    . wafv2:DeleteRuleGroup {wafv2}:regional/rulegroup/{name}/1""",
    "aws:wafv2/webAcl:WebAcl": """
    + wafv2:CreateWebACL {wafv2}:regional/webacl/{name}/1
    . wafv2:CreateWebACL {wafv2}:regional/managedruleset/AWS/AWSManagedRulesCommonRuleSet
    . wafv2:CreateWebACL {wafv2}:regional/ipset/{name}-allow/1
    . wafv2:GetWebACL {wafv2}:regional/webacl/{name}/1
    . wafv2:ListTagsForResource {wafv2}:regional/webacl/{name}/1
    . wafv2:UpdateWebACL {wafv2}:regional/webacl/{name}/1
    . wafv2:DeleteWebACL {wafv2}:regional/webacl/{name}/1""",
    "aws:wafv2/webAclAssociation:WebAclAssociation": """
    . wafv2:AssociateWebACL {wafv2}:regional/webacl/{edge}/1
    . wafv2:AssociateWebACL {elb}:loadbalancer/app/{edge}/1
    . wafv2:GetWebACLForResource {elb}:loadbalancer/app/{edge}/1
    . wafv2:DisassociateWebACL {elb}:loadbalancer/app/{edge}/1
    = elasticloadbalancing:CreateWebACLAssociation {elb}:loadbalancer/app/{edge}/1
    ? elasticloadbalancing:SetWebACL""",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": """
    . wafv2:PutLoggingConfiguration {wafv2}:regional/webacl/{edge}/1
    . wafv2:GetLoggingConfiguration {wafv2}:regional/webacl/{edge}/1
    . wafv2:DeleteLoggingConfiguration {wafv2}:regional/webacl/{edge}/1
    ? logs:CreateLogDelivery
    ? logs:DeleteLogDelivery
    ? logs:PutResourcePolicy
    ? logs:DescribeResourcePolicies""",
    "aws:s3/bucket:Bucket": f"""
    + s3:CreateBucket {_BUCKET}
    . s3:PutBucketTagging {_BUCKET}
    . s3:ListBucket {_BUCKET}
    . s3:ListBucketVersions {_BUCKET}
    . s3:GetBucketLocation {_BUCKET}
    . s3:GetBucketTagging {_BUCKET}
    . s3:GetBucketPolicy {_BUCKET}
    . s3:GetEncryptionConfiguration {_BUCKET}
    . s3:DeleteBucket {_BUCKET}
    . s3:DeleteObjectVersion {_BUCKET}/log""",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": f"""
    . s3:PutLifecycleConfiguration {_BUCKET}
    . s3:GetLifecycleConfiguration {_BUCKET}""",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": f"""
    . s3:PutBucketObjectLockConfiguration {_BUCKET}
    . s3:GetBucketObjectLockConfiguration {_BUCKET}""",
    "aws:s3/bucketObjectv2:BucketObjectv2": f"""
    . s3:PutObject {_BUCKET}/{{key}}
    . s3:PutObjectTagging {_BUCKET}/{{key}}
    . s3:GetObject {_BUCKET}/{{key}}
    . s3:GetObjectTagging {_BUCKET}/{{key}}
    . s3:DeleteObject {_BUCKET}/{{key}}
    . s3:DeleteObjectVersion {_BUCKET}/{{key}}
    . s3:ListBucketVersions {_BUCKET}""",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": f"""
    . s3:PutBucketOwnershipControls {_BUCKET}
    . s3:GetBucketOwnershipControls {_BUCKET}""",
    "aws:s3/bucketPolicy:BucketPolicy": f"""
    . s3:PutBucketPolicy {_BUCKET}
    . s3:GetBucketPolicy {_BUCKET}
    . s3:DeleteBucketPolicy {_BUCKET}""",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": f"""
    . s3:PutBucketPublicAccessBlock {_BUCKET}
    . s3:GetBucketPublicAccessBlock {_BUCKET}""",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": f"""
    . s3:PutEncryptionConfiguration {_BUCKET}
    . s3:GetEncryptionConfiguration {_BUCKET}""",
    "aws:s3/bucketVersioning:BucketVersioning": f"""
    . s3:PutBucketVersioning {_BUCKET}
    . s3:GetBucketVersioning {_BUCKET}""",
    "aws:ssm/parameter:Parameter": """
    + ssm:PutParameter {ssm}:parameter{name}
    . ssm:GetParameter {ssm}:parameter{name}
    . ssm:ListTagsForResource {ssm}:parameter{name}
    . ssm:DeleteParameter {ssm}:parameter{name}
    ? ssm:DescribeParameters""",
    "aws:ecr/repository:Repository": """
    + ecr:CreateRepository {ecr}:repository/{name}
    . ecr:DescribeRepositories {ecr}:repository/{name}
    . ecr:ListTagsForResource {ecr}:repository/{name}
    . ecr:PutImageTagMutability {ecr}:repository/{name}
    . ecr:PutImageScanningConfiguration {ecr}:repository/{name}
    . ecr:DeleteRepository {ecr}:repository/{name}
    . ecr:PutImage {ecr}:repository/{name}
    ? ecr:GetAuthorizationToken""",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": """
    . ecr:GetLifecyclePolicy {ecr}:repository/{repository}
    . ecr:PutLifecyclePolicy {ecr}:repository/{repository}
    . ecr:DeleteLifecyclePolicy {ecr}:repository/{repository}""",
    "eks:index:Cluster": """
    + eks:CreateCluster *
    + eks:TagResource {eks}:cluster/{name}
    . eks:DescribeCluster {eks}:cluster/{name}
    . eks:ListTagsForResource {eks}:cluster/{name}
    . eks:UpdateClusterConfig {eks}:cluster/{name}
    . eks:UpdateClusterVersion {eks}:cluster/{name}
    . eks:DeleteCluster {eks}:cluster/{name}
    . iam:GetRole {iam}:role/{name}-cluster-1a2b3c4""",
    "aws:eks/accessEntry:AccessEntry": """
    . eks:CreateAccessEntry {eks}:cluster/{clusterName}
    + eks:TagResource {eks}:access-entry/{clusterName}/role/1/2/3
    . eks:DescribeAccessEntry {eks}:access-entry/{clusterName}/role/1/2/3
    . eks:DeleteAccessEntry {eks}:access-entry/{clusterName}/role/1/2/3""",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": """
    . eks:ListAssociatedAccessPolicies {eks}:access-entry/{clusterName}/role/1/2/3
    . eks:AssociateAccessPolicy {eks}:access-entry/{clusterName}/role/1/2/3
    . eks:DisassociateAccessPolicy {eks}:access-entry/{clusterName}/role/1/2/3""",
    "aws:eks/addon:Addon": """
    . eks:CreateAddon {eks}:cluster/{clusterName}
    + eks:TagResource {eks}:addon/{clusterName}/{addonName}/1
    . eks:ListTagsForResource {eks}:addon/{clusterName}/{addonName}/1
    . eks:DescribePodIdentityAssociation {eks}:podidentityassociation/{clusterName}/a-1
    . eks:DescribeAddon {eks}:addon/{clusterName}/{addonName}/1
    . eks:UpdateAddon {eks}:addon/{clusterName}/{addonName}/1
    . eks:DeleteAddon {eks}:addon/{clusterName}/{addonName}/1
    . eks:CreatePodIdentityAssociation {eks}:cluster/{clusterName}
    ? eks:DescribeAddonVersions""",
    "aws:eks/nodeGroup:NodeGroup": """
    . eks:CreateNodegroup {eks}:cluster/{clusterName}
    + eks:TagResource {eks}:nodegroup/{clusterName}/{name}/1
    . eks:DescribeNodegroup {eks}:nodegroup/{clusterName}/{name}/1
    . eks:ListTagsForResource {eks}:nodegroup/{clusterName}/{name}/1
    . eks:UpdateNodegroupVersion {eks}:nodegroup/{clusterName}/{name}/1
    . eks:UpdateNodegroupConfig {eks}:nodegroup/{clusterName}/{name}/1
    . eks:DeleteNodegroup {eks}:nodegroup/{clusterName}/{name}/1
    = ec2:RunInstances {ec2}:launch-template/lt-1
    . iam:ListAttachedRolePolicies {iam}:role/{clusterName}-node-1a2b3c4""",
    "aws:autoscaling/attachment:Attachment": """
    ? autoscaling:DescribeAutoScalingGroups""",
    "aws:iam/role:Role": """
    + iam:TagRole {iam}:role/{name}
    . iam:GetRole {iam}:role/{name}
    . iam:ListRolePolicies {iam}:role/{name}
    . iam:ListRoleTags {iam}:role/{name}
    . iam:ListAttachedRolePolicies {iam}:role/{name}
    . iam:ListInstanceProfilesForRole {iam}:role/{name}
    = iam:UpdateAssumeRolePolicy {iam}:role/{name}
    = iam:UpdateRole {iam}:role/{name}
    = iam:DeleteRole {iam}:role/{name}""",
    "aws:iam/rolePolicy:RolePolicy": ". iam:GetRolePolicy {iam}:role/{role}-1a2b3c4",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ". iam:ListAttachedRolePolicies {iam}:role/{role}-1a2b3c4",
}
"""By resource type. Requests with a context of their own are in `_special`."""

LOOK_UPS = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": "? ec2:DescribeAvailabilityZones",
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": "? ec2:DescribeVpcEndpointServices",
    "aws:iam/getPolicy:getPolicy": """
    . iam:GetPolicy {arn}
    . iam:GetPolicyVersion {arn}""",
    "aws:route53/getZone:getZone": """
    . route53:GetHostedZone arn:aws:route53:::hostedzone/{zoneId}
    . route53:ListResourceRecordSets arn:aws:route53:::hostedzone/{zoneId}
    . route53:ListTagsForResource arn:aws:route53:::hostedzone/{zoneId}""",
    "aws:ssm/getParameter:getParameter": ". ssm:GetParameter {parameter}",
    "aws:cloudwatch/getLogGroups:getLogGroups": "? logs:DescribeLogGroups",
    "aws:cloudwatch/getLogGroup:getLogGroup": """
    ? logs:DescribeLogGroups
    . logs:ListTagsForResource {logs}:log-group:{name}""",
    "aws:s3/getBucket:getBucket": """
    . s3:ListBucket arn:aws:s3:::{bucket}
    . s3:GetBucketLocation arn:aws:s3:::{bucket}""",
    "aws:kms/getKey:getKey": """
    . kms:DescribeKey {kms}:key/1a2b3c4d
    . kms:GetKeyPolicy {kms}:key/1a2b3c4d""",
    "aws:ecr/getRepositories:getRepositories": ". ecr:DescribeRepositories {ecr}:repository/*",
    "aws:ecr/getImages:getImages": ". ecr:ListImages {ecr}:repository/{repositoryName}",
    "aws:eks/getClusters:getClusters": "? eks:ListClusters",
    "aws:eks/getCluster:getCluster": ". eks:DescribeCluster {eks}:cluster/{name}",
    # AWS asks nobody for a right to it: GetCallerIdentity, STS API.
    "aws:index/getCallerIdentity:getCallerIdentity": "",
    "aws:eks/getAddon:getAddon": ". eks:DescribeAddon {eks}:addon/{clusterName}/{addonName}/1",
    "aws:eks/getAddonVersion:getAddonVersion": "? eks:DescribeAddonVersions",
    "aws:eks/getNodeGroups:getNodeGroups": ". eks:ListNodegroups {eks}:cluster/{clusterName}",
    "aws:eks/getNodeGroup:getNodeGroup": ". eks:DescribeNodegroup {eks}:nodegroup/{clusterName}/{nodeGroupName}/1",
    "aws:autoscaling/getGroup:getGroup": "? autoscaling:DescribeAutoScalingGroups",
    "aws:ec2/getVpc:getVpc": """
    ? ec2:DescribeVpcs
    ? ec2:DescribeVpcAttribute
    ? ec2:DescribeRouteTables""",
    "aws:ec2/getSubnet:getSubnet": "? ec2:DescribeSubnets",
    "aws:wafv2/getWebAcl:getWebAcl": "? wafv2:ListWebACLs",
    "aws:ec2/getInternetGateway:getInternetGateway": "? ec2:DescribeInternetGateways",
    "aws:lb/getLoadBalancer:getLoadBalancer": """
    ? elasticloadbalancing:DescribeLoadBalancers
    ? elasticloadbalancing:DescribeLoadBalancerAttributes
    ? elasticloadbalancing:DescribeTags""",
    "aws:ec2/getRouteTables:getRouteTables": "? ec2:DescribeRouteTables",
    "aws:ec2/getRouteTable:getRouteTable": "? ec2:DescribeRouteTables",
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": """
    ? ec2:DescribeVpcEndpoints
    ? ec2:DescribePrefixLists""",
}
"""By the token of a function that a program calls."""

_BOUNDED = {
    "aws:iam/role:Role": ("name", "PutRolePermissionsBoundary"),
    "aws:iam/rolePolicy:RolePolicy": ("role", "PutRolePolicy DeleteRolePolicy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        "role",
        "AttachRolePolicy DetachRolePolicy",
    ),
}
"""The input with the role's name, and what is called on a role with the boundary."""

UNTAGGING = {
    "ec2": "ec2:DeleteTags",
    "elasticloadbalancing": "elasticloadbalancing:RemoveTags",
    "acm": "acm:RemoveTagsFromCertificate",
    "logs": "logs:UntagResource",
    "iam": "iam:UntagRole",
    "ecr": "ecr:UntagResource",
    "eks": "eks:UntagResource",
    "wafv2": "wafv2:UntagResource",
    "ssm": "ssm:RemoveTagsFromResource",
    "cloudwatch": "cloudwatch:UntagResource",
    "sns": "sns:UntagResource",
    "s3": "s3:UntagResource",
}

_KNOWN_BY_TAGS = ("acm", "ec2", "elasticloadbalancing", "iam")
"""Services whose resources are a stack's by their tags; those of the others are by their names."""

_NAMES_ITS_CREATION = ("ec2", "elasticloadbalancing")
"""Services that name the creating call when they ask for the right to tag."""

_SUFFIX = "-1a2b3c4"
"""As Pulumi adds it to a name that the program leaves out."""

_NAMED_BY_PROGRAM = {"aws:s3/bucket:Bucket": "bucket"}


class Account:
    """Requests of one stack in one account and region."""

    def __init__(self, account: str, region: str, *, stack: str, boundary: str) -> None:
        self.account, self.region, self.stack, self.boundary = account, region, stack, boundary
        self.tags = {"aws:ResourceTag/ManagedBy": "privatelink-ingress", "aws:ResourceTag/Stack": stack}

    def arn(self, service: str) -> str:
        region = "" if service == "iam" else self.region
        return f"arn:aws:{service}:{region}:{self.account}"

    def of(self, registration: Registration) -> list[Request]:
        """Everything that a life of the resource asks for.

        Raises:
            LookupError: when the table does not know the type.
        """
        if registration.type not in REQUESTS:
            raise LookupError(f"{registration.type} is not in REQUESTS of tests/support/aws_requests.py")
        words = self._words(registration)
        lines = [line.split() for line in REQUESTS[registration.type].strip().splitlines()]
        if registration.retain_on_delete:
            lines = [line for line in lines if ":Delete" not in line[1]]
        requests = [one for line in lines for one in self._line(line, words, registration.inputs)]
        return [*requests, *self._special(registration, words)]

    def of_look_up(self, invocation: Invocation) -> list[Request]:
        """Everything that a look-up asks for.

        Raises:
            LookupError: when the table does not know the function.
        """
        if invocation.token not in LOOK_UPS:
            raise LookupError(f"{invocation.token} is not in LOOK_UPS of tests/support/aws_requests.py")
        name = str(invocation.args.get("name", ""))
        words = {
            **invocation.args,
            "ecr": self.arn("ecr"),
            "eks": self.arn("eks"),
            "kms": self.arn("kms"),
            "logs": self.arn("logs"),
            "parameter": name if name.startswith("arn:") else f"{self.arn('ssm')}:parameter{name}",
        }
        lines = [line.split() for line in LOOK_UPS[invocation.token].strip().splitlines()]
        return [one for line in lines for one in self._line(line, words, invocation.args)]

    def _words(self, registration: Registration) -> dict[str, Any]:
        inputs = registration.inputs
        services = ("ec2", "logs", "acm", "wafv2", "ssm", "ecr", "eks", "iam", "cloudwatch", "sns")
        name = inputs.get(_NAMED_BY_PROGRAM.get(registration.type, "name")) or registration.name + _SUFFIX
        kind = "net" if self.stack.startswith("eks-service") else "app"
        return {
            **inputs,
            **{service: self.arn(service) for service in services},
            "account": self.account,
            "elb": self.arn("elasticloadbalancing"),
            "name": inputs.get("bucket", name) if ":s3/" in registration.type else name,
            "kind": kind,
            "edge": self.stack.replace("/", "-"),
        }

    def _line(self, line: list[str], words: dict[str, Any], inputs: dict[str, Any]) -> Iterator[Request]:
        sign, action, *rest = line
        resource = rest[0].format_map(words) if rest else "*"
        context: dict[str, Any] = {"aws:RequestedRegion": self.region}
        if sign == "=":
            context |= self.tags
        if sign != "+":
            yield Request(action, resource, context)
            return
        service, call = action.split(":")
        tagging, by = TAGGING[service], rest[1] if rest[1:] else call
        new = context | {f"aws:RequestTag/{key}": value for key, value in inputs["tags"].items()}
        if action != tagging:
            yield Request(action, resource, new | _service(inputs))
        if resource == "*":
            return
        created = {f"{service}:CreateAction": by} if service in _NAMES_ITS_CREATION and by not in tagging else {}
        mine = self.tags if service in _KNOWN_BY_TAGS or ":delivery:" in resource else {}
        yield Request(tagging, resource, new | created)
        yield Request(tagging, resource, new | mine)
        yield Request(UNTAGGING[service], resource, context | mine)

    def _special(self, registration: Registration, words: dict[str, Any]) -> Iterator[Request]:
        inputs, iam = registration.inputs, self.arn("iam")
        if registration.type in _BOUNDED:
            key, actions = _BOUNDED[registration.type]
            name = words[key] if words[key].endswith(_SUFFIX) else words[key] + _SUFFIX
            context = {"iam:PermissionsBoundary": self.boundary, **self.tags}
            if "policyArn" in inputs:
                context["iam:PolicyARN"] = inputs["policyArn"]
            for action in actions.split():
                yield Request(f"iam:{action}", f"{iam}:role/{name}", context)
            if registration.type == "aws:iam/role:Role":
                # A new role has no tags yet, and the boundary of the request.
                new = {f"aws:RequestTag/{tag}": value for tag, value in inputs["tags"].items()}
                given = {"iam:PermissionsBoundary": inputs.get("permissionsBoundary", "")}
                yield Request("iam:CreateRole", f"{iam}:role/{name}", new | given)
        elif registration.type == "aws:ec2/flowLog:FlowLog":
            yield self.passing(f"{registration.name}{_SUFFIX}", "vpc-flow-logs.amazonaws.com")
        elif registration.type == "eks:index:Cluster":
            yield self.passing(f"{words['name']}-cluster{_SUFFIX}", "eks.amazonaws.com")
        elif registration.type == "aws:eks/nodeGroup:NodeGroup":
            yield self.passing(f"{words['clusterName']}-node{_SUFFIX}", "eks.amazonaws.com")
            yield from self.launching(cluster=words["clusterName"])
        elif registration.type == "aws:eks/addon:Addon" and inputs.get("podIdentityAssociations"):
            role = {"amazon-cloudwatch-observability": "cloudwatch-agent"}.get(words["addonName"], words["addonName"])
            yield self.passing(f"{words['clusterName']}-{role}{_SUFFIX}", "pods.eks.amazonaws.com")
        elif registration.type == "aws:autoscaling/attachment:Attachment":
            group = "autoScalingGroup:1:autoScalingGroupName/eks-shop-nodes-1a2b3c4-5"
            tags = {"aws:ResourceTag/eks:cluster-name": self.stack.split("/")[1]}
            yield Request("autoscaling:AttachLoadBalancerTargetGroups", f"{self.arn('autoscaling')}:{group}", tags)
            yield Request("autoscaling:DetachLoadBalancerTargetGroups", f"{self.arn('autoscaling')}:{group}", tags)
        elif registration.type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
            if "-from-nlb-" in registration.name:
                tags = {"aws:ResourceTag/aws:eks:cluster-name": self.stack.split("/")[1]}
                group = f"{self.arn('ec2')}:security-group/sg-of-eks"
                yield Request("ec2:AuthorizeSecurityGroupIngress", group, tags)
                yield Request("ec2:RevokeSecurityGroupIngress", group, tags)
        elif registration.type == "aws:ec2/vpcEndpoint:VpcEndpoint" and inputs.get("privateDnsEnabled"):
            vpcs = {"route53:VPCs": [f"VPCId=vpc-1,VPCRegion={self.region}"]}
            yield Request("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z1", vpcs)

    def launching(self, *, cluster: str) -> Iterator[Request]:
        """What EC2 checks when EKS tries out a launch template for a node group, in the caller's name."""
        ec2 = self.arn("ec2")
        launched = {"ec2:LaunchTemplate": f"{ec2}:launch-template/lt-1"}
        of_eks = {"aws:ResourceTag/aws:eks:cluster-name": cluster}
        for resource, context in (
            *((f"{ec2}:{kind}/*", {}) for kind in ("instance", "volume", "network-interface")),
            (f"{ec2}:subnet/subnet-1", self.tags),
            (f"{ec2}:security-group/sg-of-eks", of_eks),
            # The VPC's default group, which the stack tags: the template names none.
            (f"{ec2}:security-group/sg-default", self.tags),
            (f"arn:aws:ec2:{self.region}::image/ami-1", {"ec2:Owner": "amazon"}),
        ):
            yield Request("ec2:RunInstances", resource, launched | context)
        for kind in ("instance", "volume", "network-interface"):
            yield Request("ec2:CreateTags", f"{ec2}:{kind}/1", {"ec2:CreateAction": "RunInstances"})

    def passing(self, role: str, service: str) -> Request:
        return Request("iam:PassRole", f"{self.arn('iam')}:role/{role}", {"iam:PassedToService": service})


def allowed_account(registration: Registration) -> list[str]:
    """The accounts that a provider may touch."""
    return json.loads(registration.inputs["allowedAccountIds"])


def _service(inputs: dict[str, Any]) -> dict[str, str]:
    """Of an endpoint: what EC2 knows about the service that it connects to."""
    name = inputs.get("serviceName")
    if name is None:
        return {}
    owner = "111111111111" if name.startswith("com.amazonaws.vpce.") else "amazon"
    return {"ec2:VpceServiceName": name, "ec2:VpceServiceOwner": owner}
