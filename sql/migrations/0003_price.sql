-- sql/migrations/0003_price.sql - what is sold, and for how much an hour (US$)

insert into core.service (id, cloud, ord, title, kind)
select id, cloud, (row_number() over ())::integer, title, kind
  from (values
    ('redis',                      'plain',        'Redis',                         'real'),
    ('mysql',                      'plain',        'MySQL',                         'real'),
    ('postgresql',                 'plain',        'PostgreSQL',                    'real'),
    ('mongodb',                    'plain',        'MongoDB',                       'real'),
    ('aws_s3',                     'aws',          'Amazon S3',                     'emulated'),
    ('aws_sqs',                    'aws',          'Amazon SQS',                    'emulated'),
    ('aws_sns',                    'aws',          'Amazon SNS',                    'emulated'),
    ('aws_ecr',                    'aws',          'Amazon ECR',                    'emulated'),
    ('aws_route53',                'aws',          'Amazon Route 53',               'emulated'),
    ('aws_iam',                    'aws',          'AWS IAM',                       'emulated'),
    ('aws_lambda',                 'aws',          'AWS Lambda',                    'emulated'),
    ('aws_dynamodb',               'aws',          'Amazon DynamoDB',               'emulated'),
    ('aws_rds',                    'aws',          'Amazon RDS',                    'real'),
    ('aws_elasticache',            'aws',          'Amazon ElastiCache',            'real'),
    ('gcp_storage',                'gcp',          'Google Cloud Storage',          'emulated'),
    ('gcp_sql',                    'gcp',          'Google Cloud SQL',              'real'),
    ('gcp_firestore',              'gcp',          'Google Firestore',              'emulated'),
    ('gcp_functions',              'gcp',          'Google Cloud Functions',        'emulated'),
    ('gcp_pubsub',                 'gcp',          'Google Pub/Sub',                'emulated'),
    ('gcp_gcr',                    'gcp',          'Google Container Registry',     'emulated'),
    ('gcp_run',                    'gcp',          'Google Cloud Run',              'emulated'),
    ('gcp_memorystore',            'gcp',          'Google Memorystore',            'real'),
    ('azure_blob',                 'azure',        'Azure Blob Storage',            'emulated'),
    ('azure_sql',                  'azure',        'Azure SQL',                     'real'),
    ('azure_cosmos',               'azure',        'Azure Cosmos DB',               'emulated'),
    ('azure_functions',            'azure',        'Azure Functions',               'emulated'),
    ('azure_servicebus',           'azure',        'Azure Service Bus',             'emulated'),
    ('azure_acr',                  'azure',        'Azure Container Registry',      'emulated'),
    ('azure_redis',                'azure',        'Azure Cache for Redis',         'real'),
    ('digitalocean_spaces',        'digitalocean', 'DigitalOcean Spaces',           'emulated'),
    ('digitalocean_databases',     'digitalocean', 'DigitalOcean Databases',        'real'),
    ('digitalocean_mongodb',       'digitalocean', 'DigitalOcean MongoDB',          'real'),
    ('digitalocean_apps',          'digitalocean', 'DigitalOcean App Platform',     'emulated'),
    ('digitalocean_droplets',      'digitalocean', 'DigitalOcean Droplets',         'emulated'),
    ('digitalocean_registry',      'digitalocean', 'DigitalOcean Registry',         'emulated'),
    ('supabase_postgres',          'supabase',     'Supabase PostgreSQL with REST', 'real'),
    ('supabase_auth',              'supabase',     'Supabase Auth',                 'emulated'),
    ('supabase_storage',           'supabase',     'Supabase Storage',              'emulated'),
    ('supabase_realtime',          'supabase',     'Supabase Realtime',             'emulated'),
    ('supabase_functions',         'supabase',     'Supabase Edge Functions',       'emulated'),
    ('cloudflare_r2',              'cloudflare',   'Cloudflare R2',                 'emulated'),
    ('cloudflare_kv',              'cloudflare',   'Cloudflare KV',                 'emulated'),
    ('cloudflare_d1',              'cloudflare',   'Cloudflare D1',                 'emulated'),
    ('cloudflare_workers',         'cloudflare',   'Cloudflare Workers',            'emulated'),
    ('cloudflare_durable_objects', 'cloudflare',   'Cloudflare Durable Objects',    'emulated'),
    ('cloudflare_queues',          'cloudflare',   'Cloudflare Queues',             'emulated'),
    ('neon_postgres',              'neon',         'Neon PostgreSQL',               'real'),
    ('rabbitmq',                   'plain',        'RabbitMQ',                      'real'),
    ('kafka',                      'plain',        'Apache Kafka',                  'real'),
    ('elasticsearch',              'plain',        'Elasticsearch',                 'real'),
    ('aws_lightsail',              'aws',          'Amazon Lightsail',              'emulated'),
    ('aws_elasticbeanstalk',       'aws',          'AWS Elastic Beanstalk',         'emulated')
  ) as v (id, cloud, title, kind);

insert into core.price (service, since, hourly)
select service, '2026-01-01T00:00:00Z', hourly
  from (values
    ('redis', 0.10), ('mysql', 0.15), ('postgresql', 0.15), ('mongodb', 0.12),
    ('aws_s3', 0.05), ('aws_sqs', 0.03), ('aws_sns', 0.03), ('aws_ecr', 0.05),
    ('aws_route53', 0.05), ('aws_iam', 0.04), ('aws_lambda', 0.10), ('aws_dynamodb', 0.15),
    ('aws_rds', 0.15),
    ('aws_elasticache', 0.10), ('aws_lightsail', 0.15), ('aws_elasticbeanstalk', 0.20),
    ('gcp_storage', 0.05), ('gcp_sql', 0.18), ('gcp_firestore', 0.12), ('gcp_functions', 0.10),
    ('gcp_pubsub', 0.03), ('gcp_gcr', 0.05), ('gcp_run', 0.15), ('gcp_memorystore', 0.10),
    ('azure_blob', 0.05), ('azure_sql', 0.18), ('azure_cosmos', 0.12), ('azure_functions', 0.10),
    ('azure_servicebus', 0.03), ('azure_acr', 0.05), ('azure_redis', 0.10),
    ('digitalocean_spaces', 0.05), ('digitalocean_databases', 0.15),
    ('digitalocean_mongodb', 0.12), ('digitalocean_apps', 0.20),
    ('digitalocean_droplets', 0.15), ('digitalocean_registry', 0.05),
    ('supabase_postgres', 0.30), ('supabase_auth', 0.05), ('supabase_storage', 0.05),
    ('supabase_realtime', 0.05), ('supabase_functions', 0.10),
    ('cloudflare_r2', 0.05), ('cloudflare_kv', 0.10), ('cloudflare_d1', 0.10),
    ('cloudflare_workers', 0.10), ('cloudflare_durable_objects', 0.05), ('cloudflare_queues', 0.03),
    ('neon_postgres', 0.35), ('rabbitmq', 0.10), ('kafka', 0.20), ('elasticsearch', 0.20)
  ) as v (service, hourly);

-- No request names a thousand services: Everything covers all there will ever be.
insert into core.package (id, ord, title, any_of) values
  ('aws_starter',        1, 'AWS Starter',        null),
  ('aws_full',           2, 'AWS Full',           null),
  ('azure_starter',      3, 'Azure Starter',      null),
  ('gcp_starter',        4, 'GCP Starter',        null),
  ('supabase_complete',  5, 'Supabase Complete',  null),
  ('cloudflare_dev',     6, 'Cloudflare Dev',     null),
  ('neon_branching',     7, 'Neon Branching',     null),
  ('digitalocean_stack', 8, 'DigitalOcean Stack', null),
  ('multi_cloud',        9, 'Multi-Cloud',        5),
  ('everything',        10, 'Everything',         1000);

insert into core.package_price (package, since, hourly)
select package, '2026-01-01T00:00:00Z', hourly
  from (values
    ('aws_starter', 0.33), ('aws_full', 0.75), ('azure_starter', 0.33), ('gcp_starter', 0.33),
    ('supabase_complete', 0.40), ('cloudflare_dev', 0.25), ('neon_branching', 0.35),
    ('digitalocean_stack', 0.40), ('multi_cloud', 0.50), ('everything', 1.00)
  ) as v (package, hourly);

-- What an environment has that names only the package; the others are covered instead ("Redis" in a
-- cloud's package is that cloud's or the plain one).
alter table core.package_service add column given boolean not null default true;

insert into core.package_service (package, service, given)
values
  ('aws_starter', 'aws_s3', true), ('aws_starter', 'aws_sqs', true), ('aws_starter', 'redis', true),
  ('aws_starter', 'aws_elasticache', false), ('aws_starter', 'mysql', true),
  ('azure_starter', 'azure_blob', true), ('azure_starter', 'azure_sql', true),
  ('azure_starter', 'mysql', false), ('azure_starter', 'postgresql', false),
  ('azure_starter', 'azure_redis', true), ('azure_starter', 'redis', false),
  ('gcp_starter', 'gcp_storage', true), ('gcp_starter', 'gcp_sql', true),
  ('gcp_starter', 'mysql', false), ('gcp_starter', 'postgresql', false),
  ('gcp_starter', 'gcp_memorystore', true), ('gcp_starter', 'redis', false),
  ('supabase_complete', 'supabase_postgres', true), ('supabase_complete', 'supabase_auth', true),
  ('supabase_complete', 'supabase_storage', true),
  ('cloudflare_dev', 'cloudflare_r2', true), ('cloudflare_dev', 'cloudflare_kv', true),
  ('cloudflare_dev', 'cloudflare_d1', true),
  ('neon_branching', 'neon_postgres', true),
  ('digitalocean_stack', 'digitalocean_spaces', true),
  ('digitalocean_stack', 'digitalocean_databases', true),
  ('digitalocean_stack', 'digitalocean_apps', true);

insert into core.package_service (package, service)
select 'aws_full', id from core.service where cloud = 'aws';

-- The collector deletes spaces: what points at one is found without reading all environments.
create index environment_service_space on core.environment_service (space);
