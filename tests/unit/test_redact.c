/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The redaction core: the labelled corpus with recall and precision, values
 * of every kind, and the properties that hold for any string: redacting
 * twice changes nothing, UTF-8 stays UTF-8, every secret is gone.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "redact/field.h"
#include "redact/redact.h"
#include "secret/program.h"
#include "secret/rules.h"
#include "secret/secret.h"
#include "secret/value.h"
#include "tap.h"
#include "text/base64.h"
#include "text/regex.h"

static struct redact *r;

static unsigned hex(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a' + 10);
}

/* \n and \xNN, in place. */
static sv unescape(char *s)
{
	char *o = s;

	for (char *p = s; *p; p++) {
		if (p[0] == '\\' && p[1] == 'n') {
			*o++ = '\n';
			p++;
		} else if (p[0] == '\\' && p[1] == 'x') {
			*o++ = (char)(hex(p[2]) << 4 | hex(p[3]));
			p += 3;
		} else {
			*o++ = *p;
		}
	}
	*o = '\0';
	return (sv){s, (size_t)(o - s)};
}

static bool holds(sv hay, sv needle)
{
	return needle.n == 0 || memmem(hay.p, hay.n, needle.p, needle.n);
}

static size_t times(sv hay, sv needle)
{
	size_t n = 0;

	for (size_t i = 0; needle.n && i + needle.n <= hay.n; i++)
		n += !memcmp(hay.p + i, needle.p, needle.n);
	return n;
}

static size_t markers(sv s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += value_marker(sv_from(s, i)) > 0;
	return n;
}

/* The parts of a field "a || b"; "-" has none. */
static size_t parts(char *field, sv *v, size_t max)
{
	size_t n = 0;

	if (!strcmp(field, "-"))
		return 0;
	while (field && n < max) {
		char *bar = strstr(field, " || ");

		if (bar)
			*bar = '\0';
		v[n++] = unescape(field);
		field = bar ? bar + 4 : NULL;
	}
	return n;
}

static size_t caught, missed, spurious, lines;

/* A secret may also be a word of the text that stays: one must be gone. */
static void judge(sv binary, sv args, char *secrets, char *stays)
{
	sv want[16], stay[32];
	size_t nw = parts(secrets, want, 16), ns = parts(stays, stay, 32);
	struct buf out = {0}, again = {0};
	sv got = args;
	bool clean = true;

	if (redact_cmdline(r, binary, args, false, &out))
		got = buf_view(&out);
	for (size_t i = 0; i < nw; i++) {
		bool gone = times(got, want[i]) < times(args, want[i]);

		caught += gone;
		missed += !gone;
		if (!gone)
			printf("# miss: %.*s %.*s\n#    -> %.*s\n",
			       SV_ARG(binary), SV_ARG(args), SV_ARG(got));
	}
	for (size_t i = 0; i < ns; i++)
		clean &= holds(got, stay[i]);
	clean &= markers(got) <= nw && (nw || got.p == args.p);
	if (!clean) {
		spurious++;
		printf("# spurious: %.*s %.*s\n#    -> %.*s\n", SV_ARG(binary),
		       SV_ARG(args), SV_ARG(got));
	}
	if (redact_cmdline(r, binary, got, false, &again))
		ok(false, "again: %.*s -> %.*s", SV_ARG(got),
		   SV_ARG(buf_view(&again)));
	buf_release(&out);
	buf_release(&again);
}

static void corpus(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[8192];

	if (!ok(f != NULL, "%s opens", path))
		return;
	while (fgets(line, sizeof(line), f)) {
		char *col[4], *save = NULL, *p = line;
		int n = 0;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		for (; n < 4 && (col[n] = strtok_r(p, "\t", &save)); n++)
			p = NULL;
		if (n != 4) {
			ok(false, "four columns: %s", line);
			continue;
		}
		lines++;
		judge(sv_str(col[0]), unescape(col[1]), col[2], col[3]);
	}
	fclose(f);
}

static void verdict(void)
{
	double recall, precision;

	recall = 100.0 * (double)caught / (double)(caught + missed);
	precision = 100.0 * (double)caught / (double)(caught + spurious);
	printf("# corpus: %zu command lines, %zu secrets, %zu missed, "
	       "%zu spurious\n# recall %.2f %%, precision %.2f %%\n",
	       lines, caught + missed, missed, spurious, recall, precision);
	ok(lines >= 600, "the corpora have 600 lines or more");
	ok(recall >= 99.0, "recall is 99 %% or more");
	ok(precision >= 97.0, "precision is 97 %% or more");
}

enum how { CMD, CUT, ENV, PATH, TEXT, BYTES };

static bool apply(struct redact *x, enum how how, sv key, sv s, struct buf *out)
{
	switch (how) {
	case CMD:
		return redact_cmdline(x, key, s, false, out);
	case CUT:
		return redact_cmdline(x, key, s, true, out);
	case ENV:
		return redact_env(x, key, s, out);
	case PATH:
		return redact_path(x, s, out);
	case TEXT:
		return redact_text(x, s, out);
	case BYTES:
		return redact_bytes(x, s, out);
	}
	return false;
}

/* want NULL: unchanged. */
static void is(enum how how, const char *key, const char *in, const char *want)
{
	struct buf out = {0}, name = {0};
	bool changed = apply(r, how, sv_str(key), sv_str(in), &out);
	sv got = changed ? buf_view(&out) : sv_str(in);

	/* TAP is lines. */
	buf_printf(&name, "%s%s%s -> %.*s", key ? key : "", key ? " " : "", in,
		   SV_ARG(got));
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '\n' || name.p[i] == '\r')
			name.p[i] = ' ';
	ok(changed == (want != NULL) && sv_eq(got, sv_str(want ? want : in)),
	   "%.*s", SV_ARG(buf_view(&name)));
	buf_release(&name);
	buf_release(&out);
}

static void cut(void)
{
	is(CUT, "app", "--password", NULL);
	is(CUT, "app", "--password \"abc de", "--password \"[REDACTED:option]");
	is(CUT, "app", "run https://user:pas",
	   "run https://user:[REDACTED:cut]");
	is(CUT, "app", "run https://host:808", NULL);
	is(CUT, "app", "run eyJhbGci", "run [REDACTED:cut]");
	is(CUT, "app",
	   "run gh"
	   "p_ab",
	   "run [REDACTED:cut]");
	is(CUT, "app", "--list a b c", NULL);
	is(CUT, "mysql", "-h db -pab", "-h db -p[REDACTED:option]");
	is(CUT, "sh", "-c \"mysql -pabc -e 'sel",
	   "-c \"mysql -p[REDACTED:option] -e 'sel");
}

static void ambiguous(void)
{
	/* The end of the quoted value is a guess: all that it may be goes. */
	is(CMD, "app", "--password \"a \"b c\" d\" --host x",
	   "--password \"[REDACTED:option]\" --host x");
	is(CMD, "app", "--password \"say \"hi\" x\" run",
	   "--password \"[REDACTED:option]\" run");
	is(CMD, "app", "--password  --host x", NULL);
	is(CMD, "app", " \"a b\" --password x",
	   " \"a b\" --password [REDACTED:option]");
}

static void env(void)
{
	is(ENV, "DB_PASSWORD", "fake1", "[REDACTED:env]");
	is(ENV, "DB_PASSWORD", "", NULL);
	is(ENV, "DB_PASSWORD", "${FROM_ELSEWHERE}", NULL);
	is(ENV, "DB_PASSWORD_FILE", "/run/pw", NULL);
	is(ENV, "AWS_SECRET_ACCESS_KEY", "fake/2+", "[REDACTED:env]");
	is(ENV, "ENCRYPTION_KEY", "plainfake", "[REDACTED:env]");
	is(ENV, "APP_KEY", "fakefake", "[REDACTED:env]");
	is(ENV, "SSH_KEY", "/etc/k", NULL);
	is(ENV, "GPG_KEY", "E3FF2839C048B25C084DEBE9B26995E310250568", NULL);
	is(ENV, "MYSQL_PWD", "fake", "[REDACTED:env]");
	is(ENV, "PWD", "/srv/app", NULL);
	is(ENV, "OLDPWD", "/srv", NULL);
	is(ENV, "PATH", "/usr/bin:/bin", NULL);
	is(ENV, "HOME", "/home/bobfake", "/home/[REDACTED:home]");
	is(ENV, "HOME", "/root", NULL);
	is(ENV, "DATABASE_URL", "postgres://u:fake3@db/x",
	   "postgres://u:[REDACTED:url-userinfo]@db/x");
	is(ENV, "JAVA_OPTS", "-Xmx1g -Ddb.password=fake4",
	   "-Xmx1g -Ddb.password=[REDACTED:assignment]");
	is(ENV, "SSH_AUTH_SOCK", "/tmp/ssh-1/agent.7", NULL);
	is(ENV, "XDG_SESSION_ID", "c2", NULL);
	is(ENV, "KEYBOARD_LAYOUT", "us", NULL);
	is(ENV, "MAX_TOKENS", "4096", NULL);
	is(ENV, "TOKENIZERS_PARALLELISM", "false", NULL);
	is(ENV, "LESSKEY", "/etc/less", NULL);
}

static void paths(void)
{
	is(PATH, NULL, "/usr/bin/bash", NULL);
	is(PATH, NULL, "/home/bobfake", "/home/[REDACTED:home]");
	is(PATH, NULL, "/home/bob fake/x y", "/home/[REDACTED:home] fake/x y");
	is(PATH, NULL, "/proc/7/root/home/bobfake/x",
	   "/proc/7/root/home/[REDACTED:home]/x");
	is(PATH, NULL,
	   "/home/b\xc3\xa9"
	   "b/.ssh/id_rsa",
	   "/home/[REDACTED:home]/.ssh/[REDACTED:credential-file]");
	is(PATH, NULL, "/etc/shadow", "/etc/[REDACTED:credential-file]");
	is(PATH, NULL, "/etc/passwd", NULL);
	is(PATH, NULL, "/root/.ssh/my key (deleted)",
	   "/root/.ssh/[REDACTED:credential-file] (deleted)");
	is(PATH, NULL, "/root/.ssh", NULL);
	is(PATH, NULL, "/root/.ssh/id_rsa.pub", NULL);
	is(PATH, NULL, "/opt/app/tls.pem",
	   "/opt/app/[REDACTED:credential-file]");
	is(PATH, NULL, "/etc/ssl/certs/ISRG_Root_X1.pem", NULL);
	is(PATH, NULL, "/usr/share/doc/home/x", NULL);
	is(PATH, NULL, "/usr/lib/python3/token.py", NULL);
}

static void command_lines(void)
{
	is(CMD, "mysql", "-e \"UPDATE u SET password=MD5('fake14')\"", "-e \"UPDATE u SET password=MD5('[REDACTED:assignment]')\"");
	is(CMD, "sh", "-c \"echo fake15 > /etc/db-password.txt\"", "-c \"echo [REDACTED:stdin-secret] > /etc/db-password.txt\"");
	is(CMD, "sh", "-c \"echo fake16 | tee /etc/token\"", "-c \"echo [REDACTED:stdin-secret] | tee /etc/token\"");
	is(CMD, "sh", "-c \"echo done > /var/log/password.log\"", NULL);
	is(CMD, "sh", "-c \"echo -n fake17x! | base64\"", "-c \"echo -n [REDACTED:stdin-secret] | base64\"");
	is(CMD, "x", "config:set db_password --value=fake18", "config:set db_password --value=[REDACTED:option]");
	is(CMD, "x", "config:set colour --value=fake19", NULL);
	is(CMD, "x", "+rcon_password fake20", "+rcon_password [REDACTED:option]");
	is(CMD, "mysql", "--password shop -u root", NULL);
	is(CMD, "mysql", "--password fake21 -u root", "--password [REDACTED:option] -u root");
	is(CMD, "mvn", "-Psecret-scan verify", NULL);
	is(CMD, "sudo", "-S -p \"[sudo via ansible, key=nbs1qeo528dm35husgzufuakhi791pma] password:\" id", NULL);
	is(CMD, "ip", "xfrm state add enc cbc(aes) 0xfake22", "xfrm state add enc cbc(aes) [REDACTED:option]");
	is(CMD, "openssl", "dgst -mac HMAC -macopt hexkey:fake23 -macopt digest:sha256", "dgst -mac HMAC -macopt hexkey:[REDACTED:option] -macopt digest:sha256");
	is(CMD, "aws", "secretsmanager create-secret --secret-string {\"username\":\"a\",\"x\":\"fake24\"}", "secretsmanager create-secret --secret-string {\"username\":\"a\",\"x\":\"[REDACTED:option]\"}");
	is(CMD, "ssh", "-o ProxyCommand=\"sshpass -p fake25 ssh j\" h", "-o ProxyCommand=\"sshpass -p [REDACTED:option] ssh j\" h");
}

static void texts(void)
{
	is(TEXT, NULL, "nothing to see", NULL);
	is(TEXT, NULL, "password: fake1, user: bob",
	   "password: [REDACTED:assignment], user: bob");
	is(TEXT, NULL, "{\"api_key\": \"fake2\", \"n\": 1}",
	   "{\"api_key\": \"[REDACTED:assignment]\", \"n\": 1}");
	is(TEXT, NULL, "run --token fake3 now",
	   "run --token [REDACTED:text-option] now");
	is(TEXT, NULL, "machine h login bob password fake4",
	   "machine h login bob password [REDACTED:netrc]");
	is(TEXT, NULL, "Cookie: a=b; c=d\r\nHost: h",
	   "Cookie: a=[REDACTED:cookie]; c=[REDACTED:cookie]\r\nHost: h");
	is(TEXT, NULL, "USER bob\r\nPASS fake7 x\r\n",
	   "USER bob\r\nPASS [REDACTED:protocol-login]\r\n");
	is(TEXT, NULL, "PASS src/app.test.js\n", NULL);
	is(TEXT, NULL, "a1 LOGIN bob fake8\r\n",
	   "a1 LOGIN bob [REDACTED:protocol-login]\r\n");
	is(TEXT, NULL, "*2\r\n$4\r\nAUTH\r\n$5\r\nfake9\r\n",
	   "*2\r\n$4\r\nAUTH\r\n$5\r\n[REDACTED:protocol-login]\r\n");
	is(TEXT, NULL, "AUTH fake10", "AUTH [REDACTED:redis-auth]");
	is(TEXT, NULL, "AUTH LOGIN", NULL);
	is(TEXT, NULL, "<add key=\"ApiKey\" value=\"fake11\" />",
	   "<add key=\"ApiKey\" value=\"[REDACTED:named-value]\" />");
	is(TEXT, NULL,
	   "INSERT INTO u (name, pw) VALUES ('a', 'fake12'), ('b', md5('fake13'))",
	   "INSERT INTO u (name, pw) VALUES ('a', '[REDACTED:assignment]'), "
	   "('b', md5('[REDACTED:assignment]'))");
	is(TEXT, NULL, "INSERT INTO u (pw, name) VALUES (NULL, 'a'), (?, 'b')",
	   NULL);
	is(TEXT, NULL, "passwd: files systemd", NULL);
	is(TEXT, NULL, "secret: !vault |", NULL);
	is(TEXT, NULL, "Cookie: sid=b; theme=dark; Secure",
	   "Cookie: sid=[REDACTED:cookie]; theme=dark; Secure");
	is(TEXT, NULL, "Authorization: Digest username=\"b\", response=\"f\"",
	   "Authorization: Digest [REDACTED:authorization]\"b\", "
	   "response=\"f\"");
	is(TEXT, NULL, "db:5432:app:bob:fakepg\n",
	   "db:5432:app:bob:[REDACTED:pgpass]\n");
	is(TEXT, NULL, "root:$6$salt$fakefakefake:19000:0:::::",
	   "root:[REDACTED:password-hash]:19000:0:::::");
	is(TEXT, NULL, "see https://h/home/page and a:b@c", NULL);
	is(TEXT, NULL, "client-key-data: RkFLRQ==",
	   "client-key-data: [REDACTED:assignment]");
	is(BYTES, NULL, "A=1\nDB_PASSWORD=fake5\n",
	   "A=1\nDB_PASSWORD=[REDACTED:assignment]\n");
}

static void cards(void)
{
	const struct redact_opts o = {.mails = true, .addresses = true};
	struct redact *plain = r;

	/* The issuers' own numbers for tests. */
	is(TEXT, NULL, "paid 4242424242424242 now", "paid [REDACTED:card] now");
	is(CMD, "app", "--card 4111-1111-1111-1111",
	   "--card [REDACTED:card]");
	is(TEXT, NULL, "5555 5555 5555 4444,378282246310005",
	   "[REDACTED:card],[REDACTED:card]");
	is(TEXT, NULL, "6011111111111117 30569309025904",
	   "[REDACTED:card] [REDACTED:card]");
	is(TEXT, NULL, "4242424242424243 1714567890123456", NULL);
	is(TEXT, NULL, "a4242424242424242 0.4242424242424242", NULL);
	is(TEXT, NULL, "0000000000000000 4444444444444444", NULL);
	is(TEXT, NULL, "mail bob@example.com at 10.1.2.3", NULL);
	r = redact_new(&o);
	is(TEXT, NULL, "mail bob@example.com, from 10.1.2.3:80",
	   "mail [REDACTED:mail], from [REDACTED:address]:80");
	is(CMD, "ping", "2001:db8::1 127.0.0.1 ::1",
	   "[REDACTED:address] 127.0.0.1 ::1");
	is(TEXT, NULL, "std::map a@b 1.2.3 12:30:45", NULL);
	redact_free(r);
	r = plain;
}

static void bytes(void)
{
	const struct redact_opts drop = {.binary = REDACT_BINARY_DROP};
	struct redact *d = redact_new(&drop);
	struct buf out = {0};
	sv elf =
		SV("\x7f"
		   "ELF\x02\x01\x01\0\0\0\x03\0\x3e\0\1\2\3\4\5\6");
	sv environ = SV("PATH=/bin\0DB_PASSWORD=fake6\0HOME=/root");

	ok(redact_bytes(r, elf, &out) &&
		   sv_eq(buf_view(&out), SV("[REDACTED:binary]")),
	   "binary is replaced");
	out.n = 0;
	ok(redact_bytes(d, elf, &out) && out.n == 0, "or dropped");
	ok(redact_bytes(r, environ, &out) &&
		   sv_eq(buf_view(&out),
			 SV("PATH=/bin\0DB_PASSWORD=[REDACTED:assignment]\0"
			    "HOME=/root")),
	   "an environment block is text");
	ok(!redact_bytes(r, SV_NULL, &out), "nothing stays nothing");
	buf_release(&out);
	redact_free(d);
}

static void options(void)
{
	const struct redact_opts o = {.keep_homes = true,
				      .keep_credential_files = true,
				      .env_all = true};
	struct redact *x = redact_new(&o);
	struct buf out = {0};

	ok(!redact_path(x, SV("/home/bob/.ssh/id_rsa"), &out), "paths kept");
	ok(redact_env(x, SV("PATH"), SV("/bin"), &out), "every variable goes");
	buf_release(&out);
	redact_free(x);
}

static void counts(void)
{
	struct redact *x = redact_new(NULL);
	struct buf out = {0};
	const char *name;
	uint64_t n, total = 0;
	size_t i = 0;

	redact_cmdline(x, SV("curl"), SV("-u a:fake1 --user b:fake2"), false,
		       &out);
	for (; redact_rules(x, i, &name, &n); i++) {
		if (!strcmp(name, "userpass"))
			ok(n == 2, "two counted under userpass");
		total += n;
	}
	ok(total == 2 && i >= 30, "%zu rules, %llu hits", i,
	   (unsigned long long)total);
	buf_release(&out);
	redact_free(x);
}

static void table(void)
{
	struct programs *ps = programs_new();

	ok(programs_count(ps) >= 60, "%zu programs known", programs_count(ps));
	ok(programs_find(ps, SV("/usr/bin/mysql")) &&
		   !programs_find(ps, SV("/usr/bin/true")) &&
		   programs_find_sub(ps, SV("docker"), SV("login")),
	   "by path and subcommand");
	programs_free(ps);
}

static void regexes(void)
{
	struct regex_opts icase = {.icase = true}, nl = {.never_nl = true};
	struct regex_span s[3];
	struct regex_err err;
	struct regex *re = regex_new(SV("k=(\\w+)(;x)?"), &icase, NULL);
	struct regex_set *set = regex_set_new(NULL);
	int ids[4];

	ok(re && regex_groups(re) == 2 &&
		   regex_match(re, SV("a K=b c"), 0, s, 3) && s[0].start == 2 &&
		   s[1].start == 4 && s[1].end == 5 && !s[2].set,
	   "captures are spans");
	ok(!regex_match(re, SV("k=b"), 1, s, 1), "from an offset");
	regex_free(re);
	ok(!regex_new(SV("a[b"), NULL, &err) && err.pos == 1 &&
		   strstr(err.msg, "missing"),
	   "an error has a place: %zu %s", err.pos, err.msg);
	ok(!regex_new(SV("x\\C"), NULL, &err) && err.pos == 1, "no \\C");
	re = regex_new(SV("(?<n>a)[(?<x]"), NULL, &err);
	ok(re && regex_groups(re) == 1, "Go's named groups");
	regex_free(re);
	re = regex_new(SV("a.b"), &nl, NULL);
	ok(re && !regex_match(re, SV("a\nb"), 0, NULL, 0), "never_nl");
	regex_free(re);
	ok(regex_set_add(set, SV("foo"), NULL) == 0 &&
		   regex_set_add(set, SV("ba+r"), NULL) == 1 &&
		   regex_set_add(set, SV("("), &err) == -1 &&
		   regex_set_compile(set) &&
		   regex_set_match(set, SV("x baar"), ids, 4) == 1 &&
		   ids[0] == 1 && regex_set_match(set, SV("q"), ids, 4) == 0,
	   "sets");
	regex_set_free(set);
}

static uint64_t seed = 7;

static uint64_t rnd(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

/* Strings grown from what the rules look for, so that they collide. */
static void grow(struct buf *b)
{
	static const char *const bits[] = {
		"--password",
		"-p",
		"=",
		":",
		" ",
		"\"",
		"'",
		"\\\"",
		"token",
		"secret",
		"https://",
		"u:p@",
		"@",
		"/home/",
		"bob",
		"~",
		"-u",
		"Authorization: ",
		"Bearer ",
		"Cookie: ",
		"eyJhbGciOi.e30.x",
		"[REDACTED:home]",
		"[REDACTED:",
		"]",
		"$VAR",
		"${X}",
		"sh -c ",
		"mysql ",
		"curl ",
		"env ",
		"| sudo -S ",
		"echo ",
		";",
		"&",
		"/.ssh/",
		"id_rsa",
		"\xc3\xa9",
		"\xe2\x82\xac",
		"key",
		"x",
		"abc123DEF456ghi789JKL",
		"\n",
		",",
		"`",
		"$(",
		")",
		"{",
		"}",
		"--",
		"<<< ",
		"basic ",
		"identified by '",
		"password '",
		"1",
		"-----BEGIN PRIVATE KEY-----",
		"AKIAFAKEEXAMPLE0001",
		"(tcp",
	};
	size_t n = 1 + rnd(14);

	b->n = 0;
	while (n--)
		buf_str(b, bits[rnd(ARRAY_LEN(bits))]);
}

/* Of base64 the last two quartets decode to digits and colons. */
static bool decodes_to_digits(sv id)
{
	char out[8];
	size_t n = base64_decode(out, sv_from(id, id.n - 8));

	if (n == SIZE_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (out[i] < '0' || out[i] > ':')
			return false;
	return true;
}

static void plain_ids(void)
{
	static const char tail[] = "0123456789:;/a";
	char text[64], id[96];
	size_t plain = 0, bad = 0;

	srand(3);
	for (int i = 0; i < 100000; i++) {
		size_t n = 12 + (size_t)rand() % 40;
		/* Mostly digits, so that all of them often are. */
		size_t kinds = rand() % 4 ? 11 : sizeof(tail) - 1;
		sv b;

		for (size_t k = 0; k < n; k++)
			text[k] = k + 8 < n ? (char)(rand() % 256)
					    : tail[(size_t)rand() % kinds];
		b = (sv){id, (size_t)(base64_encode(id, (sv){text, n}) - id)};
		plain += field_is_plain_id(b);
		bad += field_is_plain_id(b) != decodes_to_digits(b);
	}
	ok(bad == 0 && plain > 10000, "%zu plain ids, %zu wrong", plain, bad);
	ok(field_is_plain_id(SV("0123456789abcdef")) &&
		   field_is_plain_id(SV("sha256:00ff")) &&
		   !field_is_plain_id(SV("hunter2")) &&
		   !field_is_plain_id(SV("YTpi")),
	   "hex digits are one, words are none");
}

static void properties(void)
{
	static const char *const programs[] = {"mysql", "curl", "sh",	"x",
					       "ssh",	"env",	"vault"};
	struct buf in = {0}, a = {0}, b = {0};
	size_t twice = 0, utf8 = 0, changed = 0, total = 200000;

	for (size_t i = 0; i < total; i++) {
		enum how how = (enum how)rnd(6);
		sv key = sv_str(programs[rnd(ARRAY_LEN(programs))]);

		grow(&in);
		a.n = b.n = 0;
		if (!apply(r, how, key, buf_view(&in), &a))
			continue;
		changed++;
		utf8 += utf8_valid_prefix(buf_view(&a)) != a.n;
		if (apply(r, how, key, buf_view(&a), &b) && twice++ < 5)
			printf("# %d %.*s: %.*s\n#  %.*s\n#  %.*s\n", how,
			       SV_ARG(key), SV_ARG(buf_view(&in)),
			       SV_ARG(buf_view(&a)), SV_ARG(buf_view(&b)));
	}
	ok(twice == 0, "redacting twice changes nothing (%zu of %zu changed)",
	   changed, total);
	ok(utf8 == 0, "UTF-8 stays UTF-8");
	buf_release(&in);
	buf_release(&a);
	buf_release(&b);
}

/* No square anywhere: 200 KB of the worst in well under a second each. */
static void hostile(void)
{
	static const char *const bits[] = {
		"key=",
		"token=\"",
		"a://b:c/",
		"\"a \"b ",
		"sh -c \"",
		"$(",
		"`",
		"Authorization: ",
		"sudo ",
		"password='",
		"[REDACTED:",
		"eyJa.",
		"-p ",
		"--password=$(",
		"cookie:\"",
		"echo x|",
		"-----BEGIN PRIVATE KEY-----",
		"~a",
		"/home/",
		"(",
		"key:key:",
	};
	struct buf in = {0}, out = {0};

	for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
		in.n = out.n = 0;
		while (in.n < 200 * KIB)
			buf_str(&in, bits[i]);
		redact_cmdline(r, SV("sh"), buf_view(&in), rnd(2), &out);
		redact_text(r, buf_view(&in), &out);
	}
	ok(true, "hostile strings end");
	buf_release(&in);
	buf_release(&out);
}

int main(int argc, char **argv)
{
	struct rules *all = rules_new(NULL);

	ok(rules_compile(all), "all patterns compile");
	rules_free(all);
	r = redact_new(NULL);
	for (int i = 1; i < argc; i++)
		corpus(argv[i]);
	if (argc == 1) {
		corpus("testdata/redact/cmdlines.tsv");
		corpus("testdata/redact/second.tsv");
		corpus("testdata/redact/third.tsv");
		corpus("testdata/redact/fourth.tsv");
		corpus("testdata/redact/fifth.tsv");
		corpus("testdata/redact/sixth.tsv");
		corpus("testdata/redact/seventh.tsv");
		corpus("testdata/redact/eighth.tsv");
		corpus("testdata/redact/ninth.tsv");
		corpus("testdata/redact/tenth.tsv");
		corpus("testdata/redact/eleventh.tsv");
		corpus("testdata/redact/twelfth.tsv");
		corpus("testdata/redact/thirteenth.tsv");
		corpus("testdata/redact/tools.tsv");
	}
	verdict();
	if (argc > 1)
		return tap_done();
	cut();
	ambiguous();
	env();
	paths();
	command_lines();
	texts();
	cards();
	bytes();
	options();
	counts();
	table();
	regexes();
	properties();
	plain_ids();
	hostile();
	redact_free(r);
	return tap_done();
}
