/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/homepath.h"

#include <ctype.h>

#include "secret/rules.h"
#include "secret/value.h"

/* Ends a path in running text. */
static inline bool ends_word(unsigned char c)
{
	static const bool ends[256] = {
		[0 ... ' '] = true, [0x7f] = true, ['"'] = true, ['\''] = true,
		['`'] = true,	    ['='] = true,  [','] = true, [':'] = true,
		[';'] = true,	    ['('] = true,  [')'] = true, ['<'] = true,
		['>'] = true,	    ['|'] = true,  ['&'] = true, ['{'] = true,
		['}'] = true,	    ['['] = true,  [']'] = true, ['!'] = true,
	};

	return ends[c];
}

/* Directories under which a second root lies: container file systems. */
static bool under_root(sv before)
{
	static const sv roots[] = {
		SV("/root"),   SV("/merged"),  SV("/rootfs"),
		SV("/diff"),   SV("/fs"),      SV("/host"),
		SV("/var"),    SV("/export"),  SV("/usr"),
		SV("/mnt"),    SV("/srv"),     SV("/upper"),
		SV("/hostfs"), SV("/sysroot"), SV("/System/Volumes/Data"),
		SV("/data"),
	};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (sv_ends(before, roots[i]))
			return true;
	return false;
}

/* A path can begin at byte i. */
static bool path_start(sv t, size_t i)
{
	unsigned char c;

	if (i == 0)
		return true;
	c = (unsigned char)t.p[i - 1];
	if (ends_word(c) || c == '@' || c >= 0x80 || c == '\\')
		return true;
	/* file:///home */
	if (c == '/')
		return i == 1 || t.p[i - 2] == '/' ||
		       ends_word((unsigned char)t.p[i - 2]);
	/* -I/home/x */
	if (isalpha(c) && i >= 2 && t.p[i - 2] == '-')
		return i == 2 || ends_word((unsigned char)t.p[i - 3]);
	return under_root(sv_first(t, i));
}

/* The user's name at byte i. */
static void add_name(sv t, size_t i, struct hits *h)
{
	size_t e = i;
	sv name;

	e += value_marker(sv_from(t, i));
	while (e < t.n && t.p[e] != '/' && t.p[e] != '\\' &&
	       !ends_word((unsigned char)t.p[e]))
		e++;
	name = (sv){t.p + i, e - i};
	if (name.n && name.p[0] != '$' && name.p[0] != '*' &&
	    name.p[0] != '%' && name.p[0] != '.')
		hits_add(h, name, RULES_HOME);
}

static void find_prefix(sv t, sv prefix, struct hits *h)
{
	size_t i = 0;

	while (i < t.n) {
		const char *q = memmem(t.p + i, t.n - i, prefix.p, prefix.n);

		if (!q)
			return;
		i = (size_t)(q - t.p);
		if (path_start(t, i))
			add_name(t, i + prefix.n, h);
		i += prefix.n - 1;
	}
}

/* Not a pattern of keys, as in Redis' "~cache:*". */
static bool is_pattern(sv t, size_t i)
{
	size_t e = i;

	while (e < t.n &&
	       (isalnum((unsigned char)t.p[e]) || strchr("._-", t.p[e])))
		e++;
	return e + 1 < t.n && t.p[e] == ':' && t.p[e + 1] == '*';
}

/* --sort-by=~name: backwards. */
static bool is_order(sv t, size_t i)
{
	sv before = sv_first(t, i);

	while (before.n && strchr("\"'", before.p[before.n - 1]))
		before.n--;
	return sv_ends(before, SV("sort-by=")) || sv_ends(before, SV("sort="));
}

/* ~name/, ~name at a word's end. */
static void find_tilde(sv t, struct hits *h)
{
	for (size_t i = 0; i + 1 < t.n; i++) {
		size_t at = sv_find(sv_from(t, i), '~');

		if (at == SIZE_MAX)
			return;
		i += at;
		if (i + 1 < t.n && path_start(t, i) && !is_pattern(t, i + 1) &&
		    !is_order(t, i) &&
		    (islower((unsigned char)t.p[i + 1]) ||
		     value_marker(sv_from(t, i + 1))) &&
		    !sv_eq(sv_first(sv_from(t, i + 1), 5), SV("root/")))
			add_name(t, i + 1, h);
	}
}

void homepath_find_homes(sv t, bool tilde, struct hits *h)
{
	find_prefix(t, SV("/home/"), h);
	find_prefix(t, SV("/Users/"), h);
	if (tilde)
		find_tilde(t, h);
}

/* What stands behind the last dot, if something stands in front of it. */
static sv extension(sv file)
{
	size_t dot = sv_rfind(file, '.');

	return dot == SIZE_MAX || dot == 0 ? SV_NULL : sv_from(file, dot + 1);
}

static bool any_in(sv s, const sv *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s.n && memmem(s.p, s.n, list[i].p, list[i].n))
			return true;
	return false;
}

/* Certificates are public, whatever their ending. */
static bool is_public(sv dir, sv file)
{
	static const sv names[] = {
		SV("cert"),   SV("fullchain"), SV("chain"),   SV("ca."),
		SV("ca-"),    SV("ca_"),       SV("cacert"),  SV("bundle"),
		SV("public"), SV("pubkey"),    SV("root-ca"), SV("rootca"),
		SV("crl"),    SV("dhparam"),
	};
	static const sv dirs[] = {
		SV("/ssl/certs"),
		SV("/ca-certificates"),
		SV("/pki/ca-trust"),
		SV("/certifi"),
	};

	if (sv_ends(file, SV(".pub")) || sv_eq(file, SV("pub.pem")))
		return true;
	if (!sv_ends(file, SV(".pem")))
		return sv_ends(file, SV(".pub.key")) || any_in(dir, dirs, 4);
	return any_in(file, names, ARRAY_LEN(names)) ||
	       any_in(dir, dirs, ARRAY_LEN(dirs));
}

/* By the directory: "/.ssh/" and the like stand in dir, which ends in '/'. */
static bool is_secret_dir(sv dir)
{
	static const sv dirs[] = {
		SV(".ssh/"),
		SV(".aws/"),
		SV(".gnupg/"),
		SV(".kube/"),
		SV(".azure/"),
		SV(".config/gcloud/"),
		SV(".config/gh/"),
		SV("/run/secrets/"),
		SV("/etc/ssl/private/"),
		SV("/tls/private/"),
		SV("/etc/kubernetes/pki/"),
		SV("kubernetes.io/serviceaccount/"),
		SV(".password-store/"),
		SV("/var/lib/kubelet/pki/"),
	};

	/* Most directories are told by these. */
	static const sv parts[] = {SV("."), SV("secrets/"), SV("private/"),
				   SV("pki/")};

	return any_in(dir, parts, ARRAY_LEN(parts)) &&
	       any_in(dir, dirs, ARRAY_LEN(dirs));
}

static bool is_secret_name(sv file)
{
	static const sv names[] = {
		SV(".netrc"),
		SV("_netrc"),
		SV(".pgpass"),
		SV(".my.cnf"),
		SV(".mylogin.cnf"),
		SV(".git-credentials"),
		SV(".dockercfg"),
		SV(".vault-token"),
		SV(".npmrc"),
		SV(".pypirc"),
		SV("shadow"),
		SV("shadow-"),
		SV("gshadow"),
		SV("gshadow-"),
		SV("opasswd"),
		SV("master.passwd"),
		SV("htpasswd"),
		SV(".htpasswd"),
		SV("kubeconfig"),
		SV(".kubeconfig"),
		SV("id_rsa"),
		SV("id_dsa"),
		SV("id_ecdsa"),
		SV("id_ed25519"),
		SV("id_ed25519_sk"),
		SV("id_ecdsa_sk"),
		SV("krb5.keytab"),
		SV("credentials"),
		SV(".credentials"),
		SV("secring.gpg"),
		SV(".s3cfg"),
		SV(".boto"),
		SV(".terraformrc"),
		SV("rclone.conf"),
		SV("wallet.dat"),
		SV("ssh_host_rsa_key"),
		SV("ssh_host_ecdsa_key"),
		SV("ssh_host_ed25519_key"),
		SV("ssh_host_dsa_key"),
		SV("passwd-"),
		SV("credentials.tfrc.json"),
		SV("application_default_credentials.json"),
		SV("kubelet.conf"),
	};

	return sv_in(file, names, ARRAY_LEN(names));
}

static bool is_secret_end(sv file)
{
	static const sv ends[] = {
		SV("pem"),    SV("key"),	SV("p12"),   SV("pfx"),
		SV("jks"),    SV("keystore"),	SV("ppk"),   SV("kdbx"),
		SV("keytab"), SV("kubeconfig"), SV("jceks"),
	};

	return sv_in_nocase(extension(file), ends, ARRAY_LEN(ends));
}

/* service-account-prod.json, my-credentials.yaml */
static bool is_secret_document(sv file)
{
	static const sv words[] = {
		SV("credential"),      SV("service-account"),
		SV("service_account"), SV("serviceaccount"),
		SV("client_secret"),   SV("secrets."),
	};
	static const sv ends[] = {
		SV("json"), SV("yaml"), SV("yml"), SV("csv"),
		SV("txt"),  SV("ini"),	SV("xml"),
	};

	/* Encrypted is what may be seen: secrets.enc.yaml. */
	return sv_in_nocase(extension(file), ends, ARRAY_LEN(ends)) &&
	       any_in(file, words, ARRAY_LEN(words)) &&
	       !memmem(file.p, file.n, ".enc.", 5);
}

/* A name alone is a file only if it cannot be a member: not "x.key". */
static bool is_secret_file(sv dir, sv file)
{
	if (dir.n && is_secret_dir(dir))
		return true;
	if (sv_ends(dir, SV(".docker/")) && sv_eq(file, SV("config.json")))
		return true;
	if (is_secret_name(file))
		return dir.n || file.p[0] == '.' || sv_starts(file, SV("id_"));
	return (is_secret_end(file) && (dir.n || file.p[0] != '.')) ||
	       is_secret_document(file);
}

static bool is_credential(sv dir, sv file)
{
	/* An ordinary word. */
	if (!dir.n && sv_find(file, '.') == SIZE_MAX &&
	    !sv_starts(file, SV("id_")))
		return false;
	/* --exclude=*.key */
	if (file.n && file.p[0] == '*')
		return false;
	if (file.n == 0 || sv_eq(file, SV(".")) || sv_eq(file, SV("..")))
		return false;
	return is_secret_file(dir, file) && !is_public(dir, file);
}

void homepath_file(sv path, struct hits *h)
{
	sv gone = SV(" (deleted)"), dir, file;
	size_t slash;

	if (sv_ends(path, gone))
		path.n -= gone.n;
	slash = sv_rfind(path, '/');
	dir = slash == SIZE_MAX ? (sv){path.p, 0} : sv_first(path, slash + 1);
	file = sv_from(path, dir.n);
	if (is_credential(dir, file))
		hits_add(h, file, RULES_CREDFILE);
}

void homepath_find_files(sv t, struct hits *h)
{
	for (size_t i = 0; i < t.n;) {
		size_t e = i, skip;
		bool key;

		while (e < t.n) {
			skip = t.p[e] == '[' ? value_marker(sv_from(t, e)) : 0;
			if (!skip && ends_word((unsigned char)t.p[e]))
				break;
			e += skip ? skip : 1;
		}
		/* -Dserver.ssl.key=x and "a.key": name members, not files. */
		key = e < t.n && (t.p[e] == '=' || t.p[e] == '(') &&
		      !memchr(t.p + i, '/', e - i);
		if (e > i && t.p[i] != '-' && !key)
			homepath_file((sv){t.p + i, e - i}, h);
		i = e + 1;
	}
}
