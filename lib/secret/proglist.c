/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that take secrets on their command line, and the ones that
 * take other command lines. From the programs' manuals; options without a
 * secret are listed only where their value could be taken for something else.
 */
#include "secret/program.h"

#define LONG1 PROGRAM_LONG1
#define ONE PROGRAM_ONE
#define WRAP PROGRAM_WRAP
#define SUB PROGRAM_SUB
#define PAIRS PROGRAM_PAIRS
#define NO NULL

#define CURL_LONGS                                                             \
	"user:U proxy-user:U header:H proxy-header:H cookie:B proxy:P "        \
	"preproxy:P socks4:P socks4a:P socks5:P socks5-hostname:P pass:S "     \
	"proxy-pass:S oauth2-bearer:S tlspassword:S proxy-tlspassword:S "      \
	"cert:E proxy-cert:E data: data-raw: data-binary: data-ascii: "        \
	"data-urlencode: json: form: form-string: url: key: cacert: request: " \
	"output: user-agent: referer: cookie-jar: max-time: "                  \
	"connect-timeout: retry: resolve: upload-file: write-out: config: "    \
	"key-type: cert-type: pinnedpubkey: proxy-key: proxy-pinnedpubkey: "   \
	"tlsauthtype: tlsuser: interface: range: netrc-file:"

const struct proglist_entry proglist[] = {
	/* Databases */
	{"mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck "
	 "mysqlpump mysqlbinlog mysqlslap mysqlsh mariadb mariadb-dump "
	 "mariadb-admin mariadb-import mariadb-check mariadb-show "
	 "mariadb-binlog mariabackup xtrabackup innobackupex mycli",
	 "p?S u: h: P: D: S: e: r: T: w:",
	 "password~S password1~S password2~S password3~S user: host: port: "
	 "database: execute: socket: defaults-file: passwords-",
	 "password:S", PROGRAM_GLUED_ONLY, 0},
	{"mydumper myloader pt-query-digest pt-table-checksum "
	 "pt-online-schema-change pt-kill pt-archiver",
	 "p:S u: h: P: S: B: o: d: t:", "password:S user: host: port:", NO, 0,
	 0},
	{"psql pg_dump pg_dumpall pg_restore pg_basebackup pg_isready "
	 "createdb dropdb createuser dropuser vacuumdb reindexdb pgbench "
	 "pg_receivewal pg_rewind clusterdb",
	 "h: p: U: d: c: f: v:K o: P: t: n: F: j: L: R: T: D: X: s-",
	 "password- no-password- host: port: username: dbname: command: "
	 "variable:K set:K file:",
	 NO, 0, 0},
	{"sqlplus sqlldr expdp impdp rman exp imp sql sqlcl tnsping dgmgrl", NO,
	 "userid:T", "#*:T", LONG1, 0},
	{"sqlcmd bcp osql fisql", "P:S U: S: d: Q: q: i: o: t: c- n- r: z:S Z:S",
	 NO, NO, ONE, 0},
	{"isql iusql tsql", "P:S U: S: D: H: p: i: o:", NO, "#3:S", 0, 0},
	{"mongo mongosh mongodump mongorestore mongoexport mongoimport "
	 "mongostat mongotop mongofiles bsondump",
	 "p~S u: h: d: c: o: q:",
	 "password~S username: host: port: db: eval: sslPEMKeyPassword:S "
	 "sslPEMKeyFile: tlsCertificateKeyFile: "
	 "tlsCertificateKeyFilePassword:S authenticationDatabase:",
	 NO, 0, 0},
	{"redis-cli valkey-cli keydb-cli redis-benchmark",
	 "a:S h: p: n: u: s: i: r: d: D: t: c-",
	 "pass:S user: askpass- no-auth-warning- cert: key: cacert: tls-",
	 "AUTH:R auth:R Auth:R requirepass:S masterauth:S "
	 "auth-pass:S",
	 0, 0},
	{"influx influxd", NO,
	 "password:S token:S p:S t:S username: host: port: org: bucket: "
	 "database: execute: o: b: n: f:",
	 NO, LONG1, 0},
	{"cqlsh cypher-shell couchbase-cli cbbackup cbrestore cbq "
	 "arangosh arangodump",
	 "p:S u: c: a: d: k: e: f: h:",
	 "password:S pw:S username: server.password:S", NO, 0, 0},
	{"nodetool", NO,
	 "pw:S p: u: h: pwf: password:S username: host: port: "
	 "password-file:",
	 NO, LONG1, 0},
	{"beeline hive", NO, "p:S password:S n: u: d: w: e: f:", NO, LONG1, 0},
	{"neo4j-admin", NO, NO, "set-initial-password:S", 0, 0},
	{"db2 clpplus", NO, NO, "using:S", 0, 0},
	{"bteq fastload mload tpump tdload", NO, NO, ".logon:F logon:F", 0, 0},
	{"trino presto trino-cli presto-cli", NO,
	 "password- keystore-password:S truststore-password:S access-token:S "
	 "server: user: catalog: schema: execute:",
	 NO, 0, 0},
	{"cockroach snowsql dremio vertica vsql", "w:S u: h: p:",
	 "password:S private-key-passphrase:S url: host: user:", NO, 0, 0},
	{"clickhouse-client clickhouse", "u: h: q: d:",
	 "password~S user: host: query: ask-password-", NO, 0, 0},
	{"etcd", NO, "initial-cluster-token: name: auth-token:", NO, LONG1, 0},
	{"grafana-cli grafana", NO, "homepath: config:",
	 "reset-admin-password:S", 0, 0},
	{"etcdctl", NO, "user:U password:S endpoints: key: cert: cacert:",
	 "add:U", 0, 0},
	/* Directories and authentication */
	{"ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapmodrdn "
	 "ldapcompare ldapexop",
	 "w:S y: D: H: b: s: f: p: h: U: R: X: Y: O: o: e: E: l: z: a: d: S: "
	 "F: T:",
	 NO, NO, 0, 0},
	{"ldappasswd", "w:S s:S a:S y: D: H: p: h: U: t: T:", NO, NO, 0, 0},
	{"slappasswd", "s:S h: c: T: o:", NO, NO, 0, 0},
	{"kadmin kadmin.local", "w:S q:C p: r: k- t: s: c: x:", NO, NO, 0, 0},
	{"useradd usermod groupadd groupmod adduser",
	 "p:S g: G: d: s: u: c: k: e: f: K: b: l: R: P: Z:",
	 "password:S gid: groups: home: shell: uid: comment: "
	 "disabled-password- gecos:",
	 NO, 0, 0},
	{"mkpasswd", "m: S:S R: P: s-", "method: salt:S rounds: password-fd:",
	 "#1:S", 0, 0},
	{"htpasswd htdigest mosquitto_passwd", "C: r: H: t: b- c- n- B- i-", NO,
	 NO, PROGRAM_LAST_B, 0},
	{"doveadm", "p:S u: s:", NO, NO, SUB, 0},
	{"doveadm auth,", "a: x: u:", NO, "#4:s", 0, 0},
	{"caddy", "p:S", "plaintext:S config: adapter:", NO, 0, 0},
	{"radtest", "t: P: d:", NO, "#2:S #5:S", 0, 0},
	{"radclient", "c: d: f: r: t:", NO, "#3:S", 0, 0},
	{"pppd chat", NO, "", "password:S user: ms-chap:", LONG1, 0},
	{"pkcs11-tool yubico-piv-tool softhsm2-util ykman pivy-tool "
	 "p11tool",
	 "p:S P:S N:S k:S a: s: y: d: m: l-",
	 "pin:S so-pin:S new-pin:S puk:S management-key:S module: label: "
	 "slot: set-pin:S set-so-pin:S",
	 NO, 0, 0},
	/* Windows shares, desktops and management */
	{"rpcclient winexe smbtree",
	 "U:V A: W: I: p: c: D: m: T: n: t: N- s: O: b:",
	 "user:V password:S authentication-file: workgroup: command:", NO, 0,
	 0},
	{"smbclient smbget smbcacls smbcquotas smbspool",
	 "U:V A: W: I: p: c: L: D: m: T: n: t: N- s: O: b:",
	 "user:V password:S authentication-file: workgroup: command: "
	 "machine-pass- no-pass- use-kerberos:",
	 "#2:s", 0, 0},
	{"net samba-tool wbinfo adcli",
	 "U:V A: W: I: p: S: D: s: k-",
	 "user:V password:S newpassword:S adminpass:S machinepass:S "
	 "authenticate:V",
	 NO, SUB, 0},
	{"net add,net password", "U:V S: I: W:", "user:V", "#5:S", 0, 0},
	{"samba-tool create,samba-tool newuser,samba-tool useradd", "U:V",
	 "random-password- newpassword:S userou:", "#4:S", 0, 0},
	{"rdesktop", "p:S u: d: g: a: k: s: c: n: x: r: T: G: S: X:", NO, NO, 0,
	 0},
	{"xfreerdp xfreerdp3 wlfreerdp sdl-freerdp freerdp", "p:S u: d: g:",
	 "p:S gp:S pth:S password:S gateway-password:S reconnect-cookie:S "
	 "gat:S u: v: d:",
	 NO, PROGRAM_COLONS, 0},
	{"ipmitool ipmi-sensors ipmipower ipmiconsole ipmi-sel",
	 "P:S U: H: I: L: p: k:S y:S f: K- E-",
	 "password:S username: hostname: k-g:S", "password:r", 0, 0},
	{"racadm", NO, "p:S u: r:", NO, LONG1, 0},
	{"vmrun", NO, "gp:S vp:S p:S gu: u: T: h: P:", NO, LONG1, 0},
	{"crackmapexec netexec nxc cme evil-winrm",
	 "p:S u: H:S d: i: M: o:K x: X:", "password:S user: hash:S", NO, 0, 0},
	{"kerbrute", "d: t: o:", "dc: domain: threads: output:", NO, SUB, 0},
	{"kerbrute passwordspray,", "d: t: o:",
	 "dc: domain: threads: output: user-as-pass-", "#3:S", 0, 0},
	{"hydra medusa ncrack patator", "p:S P: l: L: C: s: t: o: u: U: h: M:",
	 NO, NO, 0, 0},
	/* Web */
	{"curl",
	 "u:U U:U H:H b:B d: F: X: o: A: e: x:P E:E T: m: w: c: K: C: D: r: "
	 "Y: y: z: t: P: Q:",
	 CURL_LONGS, NO, 0, 0},
	{"wget wget2",
	 "O: o: U: P: i: e: t: T: Q: l: A: R: D: I: X: a: B: w:",
	 "password:S http-password:S http-passwd:S ftp-password:S "
	 "proxy-password:S proxy-passwd:S header:H user: http-user: "
	 "post-data: body-data: ask-password- use-askpass: "
	 "load-cookies: save-cookies: keep-session-cookies- "
	 "output-document: execute:K",
	 NO, 0, 0},
	{"http https xh xhs", "a:A A: o: s: p:",
	 "auth:A auth-type: session: proxy: cert: cert-key: cert-key-pass:S "
	 "verify: output: bearer:S",
	 NO, 0, 0},
	{"oathtool", "c: d: w: s: S: N: b- v-",
	 "counter: digits: window: time-step-size: start-time: now: totp~ "
	 "hotp- base32-",
	 "#1:S", 0, 0},
	{"crudini", NO, "set- get- del-", "#4:S", 0, 0},
	{"nikto", NO, "id:U h: host: p: port: o: Format:", NO, LONG1, 0},
	{"ab", "A:U P:U H:H C:B n: c: t: p: T: X: u: g: e: s:", NO, NO, 0, 0},
	{"hey wrk wrk2 bombardier siege oha vegeta", "a:U H:H d: m: T: t: c: n:",
	 "header:H", NO, 0, 0},
	{"lynx links elinks", NO, "auth:U pauth:U cookie_file:", NO, LONG1, 0},
	{"aria2c axel", "H:H x: s: d: o:",
	 "http-passwd:S ftp-passwd:S rpc-secret:S all-proxy-passwd:S "
	 "http-proxy-passwd:S https-proxy-passwd:S header:H http-user:",
	 NO, 0, 0},
	{"yt-dlp youtube-dl", "p:S u: 2:S o: f:",
	 "password:S username: video-password:S ap-password:S twofactor:S "
	 "add-header:H add-headers:H netrc-",
	 NO, 0, 0},
	{"grpcurl websocat wscat", "H:H d: c:B",
	 "rpc-header:H reflect-header:H header:H auth:U basic-auth:U", NO, 0,
	 0},
	{"lftp open", "u:F e:C c:C p: f:", "user:F", NO, 0, 0},
	{"ncftp ncftpget ncftpput ncftpls ncftpbatch", "u: p:S P: j: a- f:", NO,
	 NO, 0, 0},
	{"swaks sendemail sendEmail", NO,
	 "auth-password:S ap:S xp:S auth-user: au: xu: f: t: s: u: m: a: "
	 "auth: auth-hide-password-", NO,
	 LONG1, 0},
	{"mailx mail s-nail sendxmpp", "S:K p:S s: r: a: u: j:", "password:S",
	 NO, 0, 0},
	/* Archives and keys */
	{"7z 7za 7zr 7zz p7zip", "p?S o? m? t? x? i? v?", NO, NO, ONE, 0},
	{"rar unrar", "p?S h?h o? m? x? v?", NO, NO, ONE, 0},
	{"zip zipcloak", "P:S b: i: x: n: t: O: z-", "password:S", NO, 0, 0},
	{"unzip funzip zipinfo", "P:S d: x:", NO, NO, 0, 0},
	{"openssl", NO,
	 "passin:O passout:O pass:O k:S K:S iv: S: hmac:S psk:S srppass:O "
	 "password:O dpass:O macopt:M pkeyopt:M kfile: in: out: inkey: key: "
	 "passwd:S subj: CAkey: keyform: keyout: certpbe: keypbe: kdfopt:M "
	 "secret:S challengePassword:S",
	 NO, LONG1 | SUB, 0},
	{"openssl passwd,", NO, "salt: in: out: 1- 5- 6- apr1- stdin-",
	 "#2:S #3:S #4:S", LONG1, 0},
	{"gpg gpg2 gpgsm gpgv gpg-preset-passphrase gpgtar gpg-wks-server "
	 "gpg-wks-client apt-key",
	 "r: u: o: N: R: P:S c-",
	 "passphrase:S passphrase-fd: passphrase-file: homedir: output: "
	 "recipient: local-user: default-key: keyserver: symmetric- "
	 "install-key: remove-key: edit-key: sign-key: lsign-key: "
	 "quick-sign-key: quick-add-key: delete-keys: delete-secret-keys: "
	 "delete-secret-and-public-key: export-secret-key-p12: "
	 "export-secret-key-p8: export-secret-key-raw: export-secret-keys: "
	 "export-secret-subkeys: list-keys: list-secret-keys: recv-keys: "
	 "send-keys: refresh-keys: locate-keys: trusted-key: import-ownertrust: "
	 "change-passphrase: generate-key: full-generate-key- gen-key-",
	 NO, 0, 0},
	{"ssh-keygen", "N:S P:S f: t: b: C: I: s: n: V: O: m: E: r: R: F: a: D:",
	 NO, NO, 0, 0},
	{"keytool jarsigner apksigner", NO,
	 "storepass:S keypass:S srcstorepass:S deststorepass:S srckeypass:S "
	 "destkeypass:S new:S keystore: alias: dname: file: storetype: "
	 "srckeystore: destkeystore: ks-pass:O key-pass:O keyalg: keysize: "
	 "sigalg: keyalias:",
	 NO, LONG1, 0},
	{"osslsigncode", NO, "pass:S p:S readpass: key: certs: f: t:", NO,
	 LONG1, 0},
	{"signtool schtasks cmdkey wmic psexec runas", "p:S u:",
	 "p:S rp:S pass:S password:S user: u: f: t: tn: ru:", NO,
	 PROGRAM_COLONS, 0},
	{"pwsh powershell", NO,
	 "Command:C command:C c:C File: ExecutionPolicy: NoProfile- "
	 "NonInteractive-",
	 NO, LONG1, 0},
	{"ansible-vault", NO, "name: vault-password-file: vault-id: output:",
	 "encrypt_string:s", 0, 0},
	{"wpa_cli", "i: p:", NO, "psk:S password:S wep_key0:S sae_password:S",
	 0, 0},
	{"certutil pk12util", "W:S K:S w: k: d: n: i: o: f: h:", NO, NO, 0, 0},
	{"veracrypt truecrypt", "p:S k: m:",
	 "password:S new-password:S protection-password:S keyfiles: text-", NO,
	 0, 0},
	{"qpdf pdftk", NO,
	 "password:S encrypt:R user-password:S owner-password:S",
	 "user_pw:S owner_pw:S input_pw:S", LONG1, 0},
	{"pdftotext pdfinfo pdftoppm pdfimages", NO, "upw:S opw:S f: l:", NO,
	 LONG1, 0},
	/* Clouds, clusters and registries */
	{"docker podman nerdctl", "H: l: c:",
	 "host: config: context: log-level: creds:U", NO, SUB, 0},
	{"docker login,podman login,nerdctl login,buildah login,skopeo login,"
	 "oras login,crane login,helm login,regctl login,az login,cf login,"
	 "ibmcloud login,oc login,argocd login,vcluster login,jf login,"
	 "cosign login,singularity login,apptainer login,cloudctl login",
	 "p:S u: a: s: t: o: c: r: g:",
	 "password:S username: password-stdin- token:S apikey:S "
	 "service-principal- tenant: authfile: identity-token-stdin-",
	 NO, 0, 0},
	{"docker run,docker create,podman run,podman create,nerdctl run,"
	 "nerdctl create",
	 "e:K v: p: u: w: h: l: m: c: a: t- i- d- P- q-",
	 "env:K env-file: name: volume: publish: network: net: label: user: "
	 "hostname: workdir: restart: mount: memory: cpus: cap-add: device: "
	 "entrypoint: secret: link: add-host: platform: pull: security-opt: "
	 "ulimit: log-driver: log-opt: ip: dns: tmpfs: shm-size: creds:U",
	 NO, WRAP, 1},
	{"docker exec,podman exec,nerdctl exec", "e:K u: w: i- t- d-",
	 "env:K user: workdir: env-file: detach-keys:", NO, WRAP, 1},
	{"docker build,docker buildx,podman build,buildah bud,buildah build,"
	 "nerdctl build",
	 "t: f: o:", "build-arg:K secret: tag: file: creds:U", NO, 0, 0},
	{"buildah skopeo oras crane", "u: p:S",
	 "creds:U src-creds:U dest-creds:U password:S username: "
	 "src-registry-token:S dest-registry-token:S registry-token:S",
	 NO, SUB, 0},
	{"ctr crictl", "u:U n: a: c:", "user:U creds:U auth:S namespace:", NO,
	 0, 0},
	{"kubectl oc k3s microk8s", "n: c: f: o: l: p: s: k: L: v: i- t-",
	 "token:S password:S docker-password:S from-literal:K env:K "
	 "docker-username: docker-email: username: namespace: container: "
	 "filename: output: selector: patch: user: context: kubeconfig: "
	 "token-audience: bound-object-kind:",
	 NO, SUB | PROGRAM_DASHES, 0},
	{"kubectl secret,oc secret,oc secrets", "n: o: l: f: p:",
	 "from-literal:Q docker-password:S token:S namespace: type: "
	 "docker-username: docker-server: docker-email: from-file: "
	 "from-env-file: patch: output:",
	 NO, PROGRAM_DASHES, 0},
	{"helm", "n: f:", "password:S username: set: set-string: values:", NO,
	 SUB, 0},
	{"az", "p:S u: n: g: o: l: s:",
	 "password:S account-key:S sas-token:S client-secret:S query: "
	 "username: name: resource-group: secret-permissions: "
	 "key-permissions:",
	 NO, SUB, 0},
	{"az secret,", "n:", "value:S vault-name: name: file:", NO, 0, 0},
	{"aws", NO,
	 "secret-string:J auth-parameters: password:S master-user-password:S auth-token:S "
	 "secret-id: key-id: region: profile: query: output: "
	 "starting-token: next-token: client-request-token: "
	 "client-token: "
	 "generate-secret-string: secret-binary:S",
	 NO, SUB | PAIRS, 0},
	{"aws put-parameter,", NO, "value:S name: type: key-id: region:", NO, 0,
	 0},
	{"gcloud gsutil bq", NO,
	 "password:S key-file: account: project: secret: set-secrets: "
	 "update-secrets:",
	 NO,
	 PAIRS, 0},
	{"vault bao", NO,
	 "token:S address: namespace: method: path: ca-cert: client-cert: "
	 "client-key: wrap-ttl: format: field:",
	 NO, LONG1 | SUB, 0},
	{"vault login,bao login,vault unwrap,bao unwrap", NO,
	 "method: path: token:S no-store- no-print- field:", "#2:s", LONG1, 0},
	{"vault auth,vault secrets,vault policy,vault read,vault list,bao auth,"
	 "bao secrets,bao policy,bao read,bao list",
	 NO, "path: description: options:", NO, LONG1, 0},
	{"vault kv,bao kv", NO, "mount: field: version: cas: format:", "#*:Q",
	 LONG1, 0},
	{"vault token,bao token,vault unseal,bao unseal", NO,
	 "accessor: policy: ttl: id:S format: reset- migrate-", "#3:s", LONG1,
	 0},
	{"consul nomad boundary", NO,
	 "token:S http-addr: address: password:S secret:S encrypt:S",
	 NO, LONG1, 0},
	{"terraform tofu terragrunt packer", NO,
	 "var:K var-file: backend-config:K state: out: target:", NO, LONG1, 0},
	{"pulumi", "s: c:", "secret- plaintext- stack: config:K", NO, SUB, 0},
	{"pulumi config,", "s:", "secret- plaintext- stack: path-", "#4:S", 0,
	 0},
	{"ansible ansible-playbook ansible-pull ansible-console",
	 "e:K i: u: m: a:c l: t: f: b- k- K- M: v-",
	 "extra-vars:K user: inventory: limit: tags: private-key: "
	 "vault-password-file: vault-id: become-password-file: "
	 "connection-password-file: args:c",
	 NO, 0, 0},
	{"salt salt-call salt-ssh", "G: E: L: t: c:", NO,
	 "shadow.set_password:r user.setpassword:r", 0, 0},
	{"rclone", NO, "config:", NO, SUB | PAIRS, 0},
	{"rclone obscure,rclone reveal", NO, NO, "#2:S", 0, 0},
	{"swift", "K:S A: U: o: V:",
	 "key:S os-password:S os-username: os-auth-url:", NO, 0, 0},
	{"twurl", "k:S s:S c:S",
	 "consumer-key:S consumer-secret:S access-token:S token-secret:S", NO,
	 0, 0},
	{"airflow superset flask", "u: p:S r: e: f: l:",
	 "password:S username: role: email:", NO, 0, 0},
	{"ffmpeg ffprobe ffplay", NO, "pass: passlogfile: i: map: c:", NO,
	 LONG1, 0},
	{"x11vnc", NO, "passwd:S passwdfile: rfbauth: storepasswd:S display:",
	 NO, LONG1, 0},
	{"vncviewer Xvnc", NO,
	 "passwd: PasswordFile: rfbauth: storepasswd:S passwdfile:", NO, LONG1,
	 0},
	{"s3cmd", "c: f-", "access_key:W secret_key:S access_token:S config:",
	 NO, 0, 0},
	{"mc", NO, NO, NO, SUB, 0},
	{"mc alias,", NO, "api: path:", "#5:W #6:S", 0, 0},
	{"mc user,", NO, NO, "#6:S", 0, 0},
	{"mc config,", NO, "api:", "#6:W #7:S", 0, 0},
	{"b2", NO, NO, NO, SUB, 0},
	{"b2 authorize-account,", NO, NO, "#3:S", 0, 0},
	{"b2 account,", NO, NO, "#4:S", 0, 0},
	{"doctl", "t:S c: o:", "access-token:S context:", NO, 0, 0},
	{"cf", NO, NO, NO, SUB, 0},
	{"cf auth,", NO, "origin: client-credentials-", "#3:S", 0, 0},
	{"ibmcloud argocd cosign jf jfrog singularity apptainer regctl vcluster "
	 "cloudctl",
	 NO, "password:S apikey:S token:S access-token:S auth-token:S", NO,
	 SUB, 0},
	{"flyctl fly doppler wrangler", "t:S a: p: c: j-",
	 "token:S access-token:S app: project: config:", NO, SUB, 0},
	{"flyctl secrets,fly secrets,doppler secrets,wrangler secret,"
	 "heroku config:set,flyctl secret,railway variables",
	 "a: p: c: t:S", "app: project: config: token:S stage-", "#*:Q", 0, 0},
	{"heroku railway", "a:", "app: token:S", NO, SUB, 0},
	{"ngrok cloudflared", NO, "authtoken:S token:S region: config:",
	 "authtoken:S add-authtoken:S add-api-key:S", LONG1, 0},
	/* Development */
	{"git", "c: C:", "git-dir: work-tree: exec-path?", "user.signingkey:",
	 PAIRS, 0},
	{"npm yarn pnpm bun", NO,
	 "_auth:S _authToken:S _password:S otp:S registry: scope: token:S",
	 "_auth:S", PAIRS, 0},
	{"twine", "p:S u: r: i:S s-",
	 "password:S username: identity: repository: repository-url:", NO, 0,
	 0},
	{"poetry composer pip pip3 conda gem bundle", NO,
	 "otp:S password:S username: key: cert: index-url: "
	 "extra-index-url: token:S api-key:S",
	 "http-basic.*:r github-oauth.*:S gitlab-oauth.*:S gitlab-token.*:S "
	 "bearer.*:S pypi-token.*:S",
	 PAIRS | SUB, 0},
	{"bundle config,", NO, "global- local- set- delete:", "#*:U", 0, 0},
	{"zkCli.sh zkcli", NO, "server: timeout:", "digest:U", LONG1, 0},
	{"cargo", "p: F:", "token:S registry: package: features:", NO, SUB, 0},
	{"cargo login,", NO, "registry:", "#2:s", 0, 0},
	{"dotnet", "c: f: o: r:", "configuration: framework: output:", NO, SUB,
	 0},
	{"dotnet nuget,", "k:S p:S u: s: n: ss:",
	 "api-key:S password:S symbol-api-key:S username: source: name: "
	 "store-password-in-clear-text-",
	 NO, 0, 0},
	{"nuget nuget.exe", NO, "ApiKey:S Password:S Source: UserName:",
	 "setApiKey:S", LONG1, 0},
	{"gh glab", "H:H f:K F:K R: t: b: X:", "header:H field:K raw-field:K",
	 NO, SUB, 0},
	{"gh secret,gh variable,glab variable", "b:S v:S e: o: r: R: f:",
	 "body:S value:S env: org: repos: app: repo: env-file:", NO, 0, 0},
	{"snyk", NO, "org: file:", "auth:s", 0, 0},
	{"codecov codecovcli coveralls", "t:S f: F: b: C:", "token:S", NO, 0,
	 0},
	{"wandb", NO, "host: project: entity:", "login:s #2:s", 0, 0},
	{"svn svnadmin svnsync hg bzr", NO,
	 "password:S username: source-password:S sync-password:S config:K",
	 NO, 0, 0},
	{"p4", "P:S u: p: c: C:", NO, NO, 0, 0},
	{"cvs", "d:P", NO, NO, 0, 0},
	{"java javaw", NO,
	 "jar:X cp: classpath: p: module-path: m: add-modules: add-opens: "
	 "add-exports: agentpath: javaagent:",
	 NO, LONG1 | WRAP, 0},
	{"mvn mvnw gradle gradlew ant sonar-scanner", "P?", "f: s: pl: b: p:", NO,
	 LONG1, 0},
};

const size_t proglist_n = ARRAY_LEN(proglist);
