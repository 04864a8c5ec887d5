# tests/sdk/python/documents.py - a small document that each S3 operation takes
"""By operation: what its body may be, so that it is not refused for its body."""
DESTINATION = ("<Destination><S3BucketDestination><Format>CSV</Format><Bucket>arn:aws:s3:::b-b"
               "</Bucket></S3BucketDestination></Destination>")

DOCUMENTS = {
    "DeleteObjects": "<Delete><Object><Key>key</Key></Object></Delete>",
    "PutBucketAbac": "<AbacStatus><Status>Disabled</Status></AbacStatus>",
    "PutBucketAccelerateConfiguration":
        "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>",
    "PutBucketAnalyticsConfiguration":
        "<AnalyticsConfiguration><Id>one</Id><StorageClassAnalysis/></AnalyticsConfiguration>",
    "PutBucketCors":
        "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*"
        "</AllowedOrigin></CORSRule></CORSConfiguration>",
    "PutBucketEncryption":
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
        "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
        "</ServerSideEncryptionConfiguration>",
    "PutBucketIntelligentTieringConfiguration":
        "<IntelligentTieringConfiguration><Id>one</Id><Status>Enabled</Status><Tiering>"
        "<Days>90</Days><AccessTier>ARCHIVE_ACCESS</AccessTier></Tiering>"
        "</IntelligentTieringConfiguration>",
    "PutBucketInventoryConfiguration":
        f"<InventoryConfiguration><Id>one</Id><IsEnabled>true</IsEnabled>{DESTINATION}<Schedule>"
        "<Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All"
        "</IncludedObjectVersions></InventoryConfiguration>",
    "PutBucketLifecycleConfiguration":
        "<LifecycleConfiguration><Rule><Prefix/><Status>Enabled</Status><Expiration><Days>1</Days>"
        "</Expiration></Rule></LifecycleConfiguration>",
    "PutBucketLogging": "<BucketLoggingStatus/>",
    "PutBucketMetricsConfiguration":
        "<MetricsConfiguration><Id>one</Id></MetricsConfiguration>",
    "PutBucketNotificationConfiguration": "<NotificationConfiguration/>",
    "PutBucketRequestPayment":
        "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
    "PutBucketTagging": "<Tagging><TagSet/></Tagging>",
    "PutBucketVersioning":
        "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    "PutBucketWebsite":
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"
        "</WebsiteConfiguration>",
    "PutObjectLegalHold": "<LegalHold><Status>OFF</Status></LegalHold>",
    "PutObjectLockConfiguration":
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
        "</ObjectLockConfiguration>",
    "PutObjectRetention": "<Retention/>",
    "PutObjectTagging": "<Tagging><TagSet/></Tagging>",
    "UpdateObjectEncryption":
        "<ObjectEncryption><SSE-KMS><KMSKeyArn>arn:aws:kms:us-east-1:111122223333:key/a"
        "</KMSKeyArn></SSE-KMS></ObjectEncryption>",
}
