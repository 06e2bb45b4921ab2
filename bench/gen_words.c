// SPDX-License-Identifier: Apache-2.0
//
// What the invented cluster runs: images, command lines, paths, and the made-up
// secrets and odd characters some command lines carry. A pattern's marks are
// %d number, %x hexadecimal, %w word, %p path, %h host, %S secret, %U
// capitals and %% one percent sign.
#include "gen.h"

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))
#define ONE_OF(r, table) (&(table)[rng_below(r, COUNT(table))])

static const char *const namespaces[] = {
	"default",
	"shop",
	"payments",
	"tenant-jobs",
	"data-platform",
	"ingress",
	"observability",
	"auth",
	"search",
	"batch",
	"ci",
	"messaging",
	"kube-system",
	"ml-serving",
};

static const char *const words[] = {
	"orders",  "invoice",  "nightly", "eu-west", "session",
	"backup",  "customer", "export",  "audit",   "cache",
	"report",  "stage",    "v2",	  "ledger",  "import",
	"archive", "metrics",  "primary", "replica",
};

// a row of these tables is one thing to read
// clang-format off
static const struct app apps[] = {
	{ "checkout", "ghcr.io/acme/checkout", "2.14.1",
	  { "/app/checkout", "--listen :8080 --shard %d", "/app", LANG_GO } },
	{ "cart", "ghcr.io/acme/cart", "1.9.0",
	  { "/app/cartd", "--config /etc/cart.yaml --id %x", "/app", LANG_CPP } },
	{ "payment", "reg.acme.io/pay/core", "4.0.3",
	  { "/usr/local/bin/payment", "serve --region %w", "/", LANG_RUST } },
	{ "ledger", "reg.acme.io/pay/ledger", "4.0.3",
	  { "/usr/local/bin/ledger", "--workers %d", "/srv", LANG_RUST } },
	{ "catalog", "ghcr.io/acme/catalog", "0.31.2",
	  { "/opt/java/openjdk/bin/java",
	    "-Xmx2g -jar /app/catalog.jar --port %d",
	    "/app", LANG_JAVA } },
	{ "search", "docker.io/library/elasticsearch", "8.12.2",
	  { "/opt/java/openjdk/bin/java",
	    "-Xms4g -cp /usr/share/elasticsearch/lib/* org.elasticsearch.server",
	    "/usr/share/elasticsearch", LANG_JAVA } },
	{ "recommend", "ghcr.io/acme/recommend", "3.3.0",
	  { "/usr/local/bin/python3.11",
	    "-m recommend.serve --model /models/%w-%d",
	    "/srv/ml", LANG_PYTHON } },
	{ "ads", "ghcr.io/acme/ads", "1.2.8",
	  { "/app/adserver", "--campaign-db /data/%w", "/app", LANG_CPP } },
	{ "frontend", "ghcr.io/acme/frontend", "5.6.1",
	  { "/usr/local/bin/node", "/app/server.js", "/app", LANG_CPP } },
	{ "gateway", "docker.io/envoyproxy/envoy", "v1.29.1",
	  { "/usr/local/bin/envoy",
	    "-c /etc/envoy/envoy.yaml --service-node %h",
	    "/", LANG_CPP } },
	{ "auth", "quay.io/keycloak/keycloak", "23.0.7",
	  { "/opt/java/openjdk/bin/java",
	    "-jar /opt/keycloak/lib/quarkus-run.jar start",
	    "/opt/keycloak", LANG_JAVA } },
	{ "session", "docker.io/library/redis", "7.2.4",
	  { "/usr/local/bin/redis-server", "*:6379", "/data", LANG_C } },
	{ "mailer", "ghcr.io/acme/mailer", "1.0.17",
	  { "/usr/local/bin/python3.11",
	    "/srv/mailer/worker.py --queue %w",
	    "/srv/mailer", LANG_PYTHON } },
	{ "notifier", "ghcr.io/acme/notifier", "0.8.4",
	  { "/app/notifier", "--shard %d --of 16", "/app", LANG_GO } },
	{ "inventory", "ghcr.io/acme/inventory", "2.2.0",
	  { "/app/inventory", "--warehouse %w", "/app", LANG_CPP } },
	{ "shipping", "ghcr.io/acme/shipping", "2.1.5",
	  { "/app/shipping", "", "/app", LANG_RUST } },
	{ "pricing", "ghcr.io/acme/pricing", "7.0.0",
	  { "/app/pricing", "--table /data/%w.parquet", "/app", LANG_RUST } },
	{ "fraud-score", "reg.acme.io/ml/fraud", "2026.02",
	  { "/usr/local/bin/python3.11",
	    "-m gunicorn fraud:app -w %d",
	    "/srv/fraud", LANG_PYTHON } },
	{ "report", "ghcr.io/acme/report", "1.4.2",
	  { "/usr/bin/R", "--no-save -f /srv/%w.R", "/srv", LANG_C } },
	{ "etl-loader", "ghcr.io/acme/etl", "0.19.0",
	  { "/opt/java/openjdk/bin/java",
	    "-cp /opt/spark/jars/* org.apache.spark.deploy.SparkSubmit",
	    "/opt/spark/work-dir", LANG_JAVA } },
	{ "kafka", "docker.io/apache/kafka", "3.7.0",
	  { "/opt/java/openjdk/bin/java",
	    "-Xmx1G kafka.Kafka /etc/kafka/server.properties",
	    "/opt/kafka", LANG_JAVA } },
	{ "postgres", "docker.io/library/postgres", "15.6",
	  { "/usr/lib/postgresql/15/bin/postgres",
	    "-D /var/lib/postgresql/data",
	    "/var/lib/postgresql/data", LANG_C } },
	{ "mysql", "docker.io/library/mysql", "8.3.0",
	  { "/usr/sbin/mysqld",
	    "--datadir=/var/lib/mysql --server-id=%d",
	    "/var/lib/mysql", LANG_CPP } },
	{ "nginx", "docker.io/library/nginx", "1.25.4",
	  { "/usr/sbin/nginx", "-g \"daemon off;\"", "/", LANG_C } },
	{ "prometheus", "quay.io/prometheus/prometheus", "v2.50.1",
	  { "/bin/prometheus",
	    "--storage.tsdb.path=/prometheus --web.listen-address=:%d",
	    "/prometheus", LANG_GO } },
	{ "grafana", "docker.io/grafana/grafana", "10.3.3",
	  { "/usr/share/grafana/bin/grafana",
	    "server --homepath=/usr/share/grafana",
	    "/usr/share/grafana", LANG_GO } },
	{ "loki", "docker.io/grafana/loki", "2.9.4",
	  { "/usr/bin/loki", "-config.file=/etc/loki/config.yaml -target=%w", "/", LANG_GO } },
	{ "tempo", "docker.io/grafana/tempo", "2.3.1",
	  { "/tempo", "-config.file=/conf/tempo.yaml", "/", LANG_GO } },
	{ "vault", "docker.io/hashicorp/vault", "1.15.5",
	  { "/bin/vault", "server -config=/vault/config", "/", LANG_GO } },
	{ "minio", "quay.io/minio/minio", "RELEASE.2024-02-26T09-33-48Z",
	  { "/opt/bin/minio", "server /data --console-address :%d", "/", LANG_GO } },
	{ "rabbitmq", "docker.io/library/rabbitmq", "3.12.13",
	  { "/opt/erlang/lib/erlang/erts-13.2.2.6/bin/beam.smp",
	    "-W w -MBas ageffcbf -K true -P 1048576 -sname %w",
	    "/var/lib/rabbitmq", LANG_C } },
	{ "airflow-worker", "docker.io/apache/airflow", "2.8.2",
	  { "/usr/local/bin/python3.11",
	    "/home/airflow/.local/bin/airflow celery worker -q %w",
	    "/opt/airflow", LANG_PYTHON } },
	{ "jupyter", "quay.io/jupyter/scipy-notebook", "2024-02-24",
	  { "/opt/conda/bin/python3.11",
	    "/opt/conda/bin/jupyter-lab --port %d",
	    "/home/jovyan", LANG_PYTHON } },
	{ "gitlab-runner", "docker.io/gitlab/gitlab-runner", "v16.9.1",
	  { "/usr/bin/gitlab-runner",
	    "run --user=gitlab-runner",
	    "/home/gitlab-runner", LANG_GO } },
	{ "coredns", "registry.k8s.io/coredns/coredns", "v1.11.1",
	  { "/coredns", "-conf /etc/coredns/Corefile", "/", LANG_GO } },
	{ "starwars", "docker.io/cilium/starwars", "latest",
	  { "/starwars-docker", "--port 80 --host 0.0.0.0", "/", LANG_GO } },
	{ "json-mock", "quay.io/cilium/json-mock", "latest",
	  { "/usr/local/bin/node", "/usr/bin/json-server --port %d", "/", LANG_CPP } },
	{ "netperf", "docker.io/tgraf/netperf", "latest",
	  { "/usr/bin/netserver", "-D", "/", LANG_C } },
	{ "thumbnails", "ghcr.io/acme/thumbnails", "0.4.0",
	  { "/app/thumbs", "--pool %d --bucket %w", "/app", LANG_RUST } },
	{ "ranker", "reg.acme.io/ml/ranker", "2026.01",
	  { "/app/ranker", "--model /models/%w-%d.bin", "/app", LANG_CPP } },
};

static const struct command commands[] = {
	{ "/bin/sh", "-c \"/app/healthz --port %d\"", "/", LANG_C },
	{ "/usr/bin/curl", "-sf http://%h:%d/healthz", "/", LANG_C },
	{ "/usr/bin/curl", "-o %p https://%h/%w/%x.tar.gz", "/tmp", LANG_C },
	{ "/bin/bash", "-c \"find %p -mtime +%d -delete\"", "/srv", LANG_C },
	{ "/usr/bin/find", "%p -name *.%w -newer %p", "/srv", LANG_C },
	{ "/bin/grep", "-rn %w %p", "/var/log", LANG_C },
	{ "/bin/cat", "%p", "/", LANG_C },
	{ "/bin/ls", "-la %p", "/", LANG_C },
	{ "/bin/sleep", "%d", "/", LANG_C },
	{ "/usr/bin/awk", "\"{print $1, $%d}\" %p", "/var/log", LANG_C },
	{ "/bin/sed", "-i s/%w/%w/g %p", "/etc", LANG_C },
	{ "/bin/tar", "-czf /backup/%w-%x.tar.gz %p", "/backup", LANG_C },
	{ "/usr/bin/git", "clone --depth 1 https://%h/acme/%w.git", "/builds", LANG_C },
	{ "/usr/bin/gcc",
	  "-O2 -g -c %w_%d.c -o obj/%x.o -I/usr/include/%w -DNDEBUG", "/builds/src", LANG_C },
	{ "/usr/bin/python3.11", "-m %w.tasks --run-id %x", "/srv", LANG_PYTHON },
	{ "/usr/local/bin/python3.11",
	  "/srv/etl/%w.py --day 2026-02-%d", "/srv/etl", LANG_PYTHON },
	{ "/usr/bin/pg_dump", "-h %h -U app -Fc -f %p %w", "/backup", LANG_C },
	{ "/usr/bin/psql", "-h %h -U app -c \"select count(*) from %w\"", "/", LANG_C },
	{ "/usr/local/bin/redis-cli", "-h %h -p %d llen queue:%w", "/data", LANG_C },
	{ "/usr/bin/openssl", "s_client -connect %h:%d -servername %h", "/", LANG_C },
	{ "/usr/bin/nc", "-z %h %d", "/", LANG_C },
	{ "/usr/bin/dig", "+short %h", "/", LANG_C },
	{ "/usr/local/bin/kubectl", "get pods -n %w -l app=%w -o json", "/root", LANG_GO },
	{ "/usr/bin/rsync", "-a %p %h:%p", "/srv", LANG_C },
	{ "/usr/bin/id", "-u", "/", LANG_C },
	{ "/bin/date", "+%%s", "/", LANG_C },
	{ "/app/migrate", "up --steps %d --dir %p", "/app", LANG_GO },
	{ "/app/indexer", "--segment %x --merge-factor %d", "/app", LANG_CPP },
	{ "/usr/local/bin/compactor", "--level %d --input %p", "/data", LANG_RUST },
	{ "/opt/java/openjdk/bin/java",
	  "-cp /app/lib/* com.acme.%w.Main --batch %x", "/app", LANG_JAVA },
};

// Made-up secrets in the shapes people put on command lines.
static const struct command secrets[] = {
	{ "/usr/bin/mysql", "-h %h -u root -p%S -e \"select 1\" %w", "/", LANG_C },
	{ "/usr/bin/mysqldump", "--user=backup --password=%S %w", "/backup", LANG_C },
	{ "/app/migrate", "--password %S --host %h", "/app", LANG_GO },
	{ "/usr/bin/curl",
	  "-H \"Authorization: Bearer %S%S\" https://%h/v1/%w", "/", LANG_C },
	{ "/usr/bin/curl", "-H \"Authorization: Basic %S==\" https://%h/", "/", LANG_C },
	{ "/usr/bin/curl", "-u deploy:%S https://%h/artifacts/%x", "/tmp", LANG_C },
	{ "/usr/bin/curl", "-H \"X-Api-Key: %S\" https://%h/v2/%w?limit=%d", "/", LANG_C },
	{ "/usr/bin/psql", "postgres://app:%S@%h:5432/%w", "/", LANG_C },
	{ "/usr/bin/git",
	  "clone https://oauth2:ghp_%S@%h/acme/%w.git", "/builds", LANG_C },
	{ "/usr/local/bin/kubectl", "--token=%S get secrets -n %w", "/root", LANG_GO },
	{ "/bin/sh",
	  "-c \"AWS_ACCESS_KEY_ID=AKIA%U AWS_SECRET_ACCESS_KEY=%S aws s3 sync %p s3://%w\"",
	  "/", LANG_C },
	{ "/usr/bin/sshpass",
	  "-p %S ssh -o StrictHostKeyChecking=no ops@%h", "/root", LANG_C },
	{ "/usr/local/bin/vault", "login -method=token hvs.%S", "/", LANG_GO },
	{ "/usr/local/bin/node",
	  "/app/notify.js --slack-token xoxb-%S --channel %w", "/app", LANG_CPP },
	{ "/usr/bin/env", "JWT=eyJhbGciOiJIUzI1NiJ9.%S.%S /app/worker",
	  "/app", LANG_C },
	{ "/usr/local/bin/redis-cli", "-h %h -a %S ping", "/data", LANG_C },
	{ "/usr/bin/openssl", "pkcs12 -in %p -passin pass:%S -nodes", "/etc/ssl", LANG_C },
	{ "/app/agent", "-url https://%h:443 -proto h2 -psk %S", "/app", LANG_GO },
};

// Quotes, backslashes, control characters and letters beyond ASCII.
static const struct command odd[] = {
	{ "/bin/bash", "-c \"echo \\\"%w\\\" | tee C:\\\\temp\\\\%x\"", "/", LANG_C },
	{ "/usr/bin/printf", "\033[31m%w\033[0m\\n", "/", LANG_C },
	{ "/bin/grep",
	  "-F Gr\u00fc\u00dfe \u65e5\u672c\u8a9e-%d.txt", "/srv/\u65e5\u672c\u8a9e", LANG_C },
	{ "/usr/bin/python3.11",
	  "-c \"import sys\n\tprint('\U0001f680 %w')\"", "/srv", LANG_PYTHON },
	{ "/bin/cp",
	  "r\u00e9sum\u00e9-%d.pdf \"\u041e\u0442\u0447\u0451\u0442 %w.pdf\"",
	  "/home/zo\u00eb", LANG_C },
	{ "/usr/bin/logger", "bad\ufffdbytes \u202e%w\u2028 \177 %x\r", "/", LANG_C },
};
// clang-format on

static const char *const path_patterns[] = {
	"/etc/passwd",
	"/etc/shadow",
	"/etc/ssl/certs/%x.pem",
	"/etc/hosts",
	"/var/lib/%w/%w-%d.db",
	"/var/log/%w/%w.log",
	"/data/%w/%x/segment_%d",
	"/tmp/%w.%x",
	"/proc/%d/status",
	"/sys/fs/cgroup/%w/memory.max",
	"/usr/lib/x86_64-linux-gnu/lib%w.so.%d",
	"/srv/%w/config.yaml",
	"/root/.ssh/id_ed25519",
	"/builds/%w/obj/%x.o",
	"/dev/null",
	"/var/run/secrets/kubernetes.io/serviceaccount/token",
};

static void put_secret(struct rng *r, struct text *t)
{
	static const char letters[] =
		"ABCDEFGHJKLMNPQRSTUVWXYZ"
		"abcdefghijkmnopqrstuvwxyz0123456789_+";
	uint32_t n = 14 + rng_below(r, 22);

	while (n-- > 0)
		text_put(t, &letters[rng_below(r, COUNT(letters) - 1)], 1);
}

static void put_mark(struct rng *r, struct text *t, char mark)
{
	switch (mark) {
	case 'd':
		text_u64(t, 1 + rng_below(r, 9000));
		return;
	case 'x':
		text_hex(t, rng_next(r), 12);
		return;
	case 'w':
		text_str(t, *ONE_OF(r, words));
		return;
	case 'p':
		words_path(r, t);
		return;
	case 'h':
		text_str(t, ONE_OF(r, apps)->name);
		text_str(t, ".");
		text_str(t, *ONE_OF(r, namespaces));
		text_str(t, ".svc.cluster.local");
		return;
	case 'S':
		put_secret(r, t);
		return;
	case 'U':
		for (int i = 0; i < 16; i++)
			text_put(t,
				 &"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[rng_below(
					 r, 32)],
				 1);
		return;
	default:
		text_put(t, &mark, 1);
	}
}

void words_expand(struct rng *r, struct text *t, const char *pattern)
{
	size_t n;

	while (*pattern) {
		n = strcspn(pattern, "%");
		text_put(t, pattern, n);
		pattern += n;
		if (pattern[0] && pattern[1]) {
			put_mark(r, t, pattern[1]);
			pattern += 2;
		}
	}
}

void words_path(struct rng *r, struct text *t)
{
	words_expand(r, t, *ONE_OF(r, path_patterns));
}

const struct app *words_app(uint32_t i)
{
	return &apps[i % COUNT(apps)];
}

const char *words_namespace(struct rng *r)
{
	return *ONE_OF(r, namespaces);
}

const struct command *words_command(struct rng *r)
{
	return ONE_OF(r, commands);
}

const struct command *words_secret(struct rng *r)
{
	return ONE_OF(r, secrets);
}

const struct command *words_odd(struct rng *r)
{
	return ONE_OF(r, odd);
}
