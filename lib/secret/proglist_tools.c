/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proglist.c leaves: tools of disks and archives, of desktops and media,
 * of application servers, of stores for secrets, and of those who test other
 * people's systems.
 */
#include "secret/program.h"

#define LONG1 PROGRAM_LONG1
#define SUB PROGRAM_SUB
#define PAIRS PROGRAM_PAIRS
#define NO NULL

#define IMPACKET                                                               \
	"hashes:S aesKey:S computer-pass:S newpass:S newhashes:S althash:S "   \
	"nthash:S computer-name: dc-ip: k-"

const struct proglist_entry proglist_tools[] = {
	/* Disks, archives, documents */
	{"hdparm", NO,
	 "user-master: security-set-pass:S security-unlock:S "
	 "security-disable:S security-erase:S security-erase-enhanced:S",
	 NO, 0, 0},
	{"sedutil-cli", "u: v-",
	 "initialSetup:S setSIDPassword:S setPassword:S setAdmin1Pwd:S "
	 "setLockingRange:r enableLockingRange:r disableLockingRange:r "
	 "setMBREnable:r setMBRDone:r loadPBAimage:S revertTPer:S "
	 "revertNoErase:S yesIreallywanttoERASEALLmydatausingthePSID:S "
	 "enableLocking:S listLockingRanges:S activateLockingRange:r",
	 NO, 0, 0},
	{"tpm2_create tpm2_createprimary tpm2_load tpm2_unseal tpm2_nvdefine "
	 "tpm2_nvread tpm2_nvwrite tpm2_sign tpm2_rsadecrypt tpm2_hmac "
	 "tpm2_evictcontrol tpm2_changeauth tpm2_import tpm2_encryptdecrypt "
	 "tpm2_activatecredential tpm2_clear tpm2_certify",
	 "p:S P:S e:S o: c: C: i: r: u: a: G: g: L: T: n:",
	 "auth:S hierarchy-auth:S key-auth:S parent-auth:S", NO, 0, 0},
	{"steghide", NO,
	 "p:S passphrase:S cf: coverfile: ef: embedfile: sf: stegofile: xf: "
	 "extractfile: e: encryption: Z- f- q-",
	 NO, LONG1, 0},
	{"outguess", "k:S K:S d: D: p:", NO, NO, 0, 0},
	{"ccrypt ccencrypt ccdecrypt ccat", "K:S H:S k: E: P: S:",
	 "key:S key2:S keyfile: envvar:", NO, 0, 0},
	{"mcrypt mdecrypt", "k:S a: m: f: s: o: c:", "key:S keyfile:", NO, 0,
	 0},
	{"aescrypt", "p:S e- d- o:", NO, NO, 0, 0},
	{"unar lsar unace unalz fcrackzip pdfcrack", "p:S o: e: D- f-",
	 "password:S", NO, 0, 0},
	{"arj", "g:S", NO, NO, PROGRAM_ONE, 0},
	{"mutool", "p:S o: U: O: w: r: F:", NO, NO, 0, 0},
	{"cpdf", NO, "encrypt:R pw:S o:", NO, LONG1, 0},
	{"msoffcrypto-tool", "p:S t-", "password:S test-", NO, 0, 0},
	{"exiftool", NO, "password:S", NO, LONG1, 0},
	{"keyctl", NO, NO, NO, SUB, 0},
	{"keyctl add,keyctl update", "x-", NO, "#4:S", 0, 0},
	{"fscryptctl gocryptfs", NO, "passfile: masterkey:S extpass:c", NO,
	 LONG1, 0},
	/* Stores of files and their clients */
	{"mega-login mega-passwd", NO, "auth-code:S", "#2:S", 0, 0},
	{"mega-export", NO, "password:S expire:", NO, 0, 0},
	{"megaget megaput megadl megals megacopy megadf megamkdir megarm "
	 "megatools megareg",
	 "p:S u: n:", "password:S username: path:", NO, 0, 0},
	{"radosgw-admin", NO,
	 "secret:S secret-key:S access-key:W uid: display-name: caps: "
	 "gen-secret- gen-access-key-",
	 NO, 0, 0},
	{"ceph rbd rados cephfs ceph-fuse", "i: n: m: p: k: c: f: o:",
	 "key:S id: name: keyring: pool: secret-file:",
	 "ac-user-set-password:r ac-user-create:r set-rgw-api-secret-key:S "
	 "set-grafana-api-password:S set-alertmanager-api-password:S "
	 "set-prometheus-api-password:S",
	 0, 0},
	{"dsmc dsmadmc", NO, "password:S pa:S pas:S pass:S id: se: optfile:",
	 NO, LONG1, 0},
	{"davix-get davix-put davix-ls davix-cp davix-rm", "P: E: k-",
	 "userlogin: userpass:S s3secretkey:S s3accesskey:W s3token:S", NO, 0,
	 0},
	{"duplicacy", NO, "password:S value:S", NO, LONG1, 0},
	/* Desktops, downloads, media */
	{"spicy remote-viewer virt-viewer", "w:S h: p: s: c:",
	 "password:S host: port:", NO, 0, 0},
	{"vncdo vncdotool", "p:S s: u: d: v-", "password:S server: username:",
	 NO, 0, 0},
	{"vncsnapshot vnccapture", NO, "passwd: P: p:", NO, LONG1, 0},
	{"teamviewer", NO, NO, "passwd:S", 0, 0},
	{"rustdesk", NO, "password:S config:", NO, 0, 0},
	{"transmission-remote transmission-daemon transmission-cli",
	 "n:U v:S u: t: a: p: w: c: g: s: l-", "auth:U password:S username:",
	 NO, 0, 0},
	{"deluge-console deluge-gtk deluge-web", "p:S U: d: c:",
	 "password:S username: daemon:", "#4:S", 0, 0},
	{"amulecmd ed2k mldonkey_command", "P:S h: p: c: u:",
	 "password:S host: port: command:", NO, 0, 0},
	{"srcds_linux srcds_run srcds_linux64 hlds_run hlds_linux", NO,
	 "game: port: ip: authkey:S",
	 "+sv_setsteamaccount:S +rcon_password:S +sv_password:S "
	 "+tv_password:S",
	 LONG1, 0},
	{"gallery-dl instaloader streamlink librespot spotdl", "p:S u: d: o:",
	 "password:S username: login:", NO, 0, 0},
	{"cpuminer minerd cgminer bfgminer", "p:S O:U u: o: a: t:",
	 "pass:S userpass:U user: url: algo:", NO, 0, 0},
	{"bitcoin-cli litecoin-cli dogecoin-cli dash-cli zcash-cli "
	 "bitcoin-wallet",
	 NO,
	 "rpcpassword:S rpcuser: rpcconnect: rpcport: datadir: rpcwallet: "
	 "rpccookiefile:",
	 "walletpassphrase:S encryptwallet:S importprivkey:S "
	 "walletpassphrasechange:R sethdseed:r signmessagewithprivkey:S",
	 LONG1, 0},
	/* Applications' servers */
	{"hdbsql", "p:S u: i: n: d: U: o: I: c: F: x- j-", NO, NO, 0, 0},
	{"hdbuserstore", "i- u: h-", NO, "#5:S", 0, 0},
	{"sapcontrol", NO, "user:r nr: function: host: prot:", NO, LONG1, 0},
	{"nzsql nzload nzbackup nzrestore nzsession nz_migrate", NO,
	 "pw:S u: d: db: host: h: port: f: W:S", NO, LONG1, 0},
	{"sstableloader dsbulk cassandra-stress", NO,
	 "pw:S p:S password:S u: username: d: k: t: f: ts:S ks: tspw:S "
	 "kspw:S truststore-password:S keystore-password:S",
	 NO, LONG1, 0},
	{"aql asadm asinfo asbackup asrestore asloader", "P:S U: h: p: n: c:",
	 "password:S user: host:", NO, 0, 0},
	{"arangoimport arangorestore arangoexport arangobench", NO,
	 "server.password:S server.username: server.endpoint:", NO, 0, 0},
	{"cbstats cbtransfer cbepctl", "p:S P:S u: b: a-",
	 "password:S username:", NO, 0, 0},
	{"elasticsearch-users", "p:S r:", "password:S roles:", NO, 0, 0},
	{"securityadmin.sh securityadmin hash.sh", NO,
	 "kspass:S tspass:S keypass:S p:S ks: ts: cd: cacert: cert: key: h: "
	 "f: t: icl- nhnv-",
	 NO, LONG1, 0},
	{"splunk", NO, "auth:U password:S secret:S uri: role: pass4SymmKey:S",
	 NO, LONG1, 0},
	{"solr", NO, "credentials:U c: z: p: n: type: user: u:U", NO, LONG1,
	 0},
	{"nifi.sh nifi", NO, NO, "set-single-user-credentials:r", 0, 0},
	{"tls-toolkit.sh", "P:S S:S K:S t:S o: n: d: c: C: p: B:S b:",
	 "trustStorePassword:S keyStorePassword:S keyPassword:S token:S", NO,
	 0, 0},
	{"encrypt-config.sh", "p:S k:S e:S w:S n: b: l: a: o:",
	 "password:S key:S oldPassword:S oldKey:S", NO, 0, 0},
	{"add-user.sh", "p:S u: g: r: a- e- d- m-",
	 "password:S user: group: realm: silent-", "#2:s", 0, 0},
	{"jboss-cli.sh", "p:S u: c:", "password:S user: command: controller:",
	 NO, 0, 0},
	{"digest.sh", NO, "a: e: i: s: k: h:", "#*:S", LONG1, 0},
	{"wsadmin.sh wsadmin stopServer.sh startServer.sh serverStatus.sh "
	 "syncNode.sh addNode.sh",
	 NO, "password:S username: user: lang: f: c: profileName:", NO, LONG1,
	 0},
	{"kcadm.sh kcreg.sh kcadm", "p:S r: s: t:S",
	 "password:S new-password:S secret:S storepass:S keypass:S trustpass:S "
	 "user: username: realm: server: client: token:S",
	 NO, 0, 0},
	{"zmprov", NO, NO, NO, SUB, 0},
	{"zmprov ca,zmprov createAccount,zmprov sp,zmprov setPassword", NO, NO,
	 "#3:S", 0, 0},
	{"register_new_matrix_user", "p:S k:S u: c: a-",
	 "password:S shared-secret:S user: config:", NO, 0, 0},
	{"filebrowser", NO, NO, NO, SUB, 0},
	{"filebrowser users,", NO, "password:S perm.admin- database:",
	 "#4:S", 0, 0},
	{"fluent-bit td-agent-bit", "p:K i: o: m: f: F: c: R: t:", "prop:K", NO,
	 0, 0},
	{"icinga2", NO, "ticket:S cn: zone: host: endpoint: parent_host:", NO,
	 0, 0},
	{"check_nt check_nscp check_nrpe_ng", "s:S H: p: v: l: w: c: d: t:",
	 "secret:S password:S", NO, 0, 0},
	{"check_esx3.pl check_esx check_vmware_esx.pl check_vmware_api.pl "
	 "check_mssql_health check_oracle_health check_imap check_pop",
	 "p:S u: H: D: l: s: w: c: f: C:", "password:S username:", NO, 0, 0},
	{"snmp-check", "c:S v: p: r: t: w- d-", "community:S", NO, 0, 0},
	{"onesixtyone", "c: i: o: w: p: d- q-", NO, "#2:S", 0, 0},
	{"clogin jlogin flogin hlogin nlogin", "p:S e:S v:S u: f: c: x: s: t:",
	 NO, NO, 0, 0},
	{"gnmic", "p:S u: a: e: t:", "password:S username: address: token:S",
	 NO, 0, 0},
	{"vtysh", "c:C d: f:", "command:C", NO, 0, 0},
	{"pdnsutil", NO, NO, NO, SUB, 0},
	{"pdnsutil import-tsig-key,", NO, NO, "#4:S", 0, 0},
	{"create_ap", "c: w: n- g: d-", NO, "#4:S", 0, 0},
	{"airdecap-ng", "p:S k:S w:S e: b: l-", NO, NO, 0, 0},
	{"f5fpc snx", "p:S u: t: s:", NO, NO, 0, 0},
	{"ttyd gotty", "c:U p: i: a: t: w- P:", "credential:U port: interface:",
	 NO, 0, 0},
	{"npc nps", NO, "vkey:S server: type: config:", NO, LONG1, 0},
	{"brook", "p:S l: s: i:", "password:S listen: server:", NO, 0, 0},
	{"vpncmd vpncmd.sh", NO, "PASSWORD:S ADMINHUB: CMD-", NO,
	 PROGRAM_COLONS, 0},
	{"iodine iodined", "P:S f- u: d: z: m: p:", NO, NO, 0, 0},
	{"udp2raw udp2raw_amd64 kcptun", "k:S l: r: s- c- a-", "key:S", NO, 0,
	 0},
	/* Stores of secrets, and what is kept for programs' models */
	{"chamber", NO, NO, NO, SUB | PROGRAM_DASHES, 0},
	{"chamber write,", NO, "tags:", "#4:s", 0, 0},
	{"conjur", NO, NO, NO, SUB, 0},
	{"conjur variable,", "v:S i: f:", "value:S id:", NO, 0, 0},
	{"conjur login,", "p:S i: u:", "password:S id:", NO, 0, 0},
	{"akeyless", "v:S n: t:S", "value:S access-key:S token:S name:", NO, 0,
	 0},
	{"databricks", NO, "string-value:S scope: key: bytes-value:S", NO, 0,
	 0},
	{"llm", NO, "value:S", NO, 0, 0},
	{"openai", "k:S b: m: o:", "api-key:S", NO, 0, 0},
	{"prefect", "k:S w:", "key:S workspace:", NO, 0, 0},
	{"AzureSignTool azuresigntool", NO,
	 "kvs:S azure-key-vault-client-secret:S kva:S kvu: kvi: kvc: kvt: tr: "
	 "td: fd:",
	 NO, LONG1, 0},
	{"vsce ovsx", "p:S i: o: t:", "pat:S packagePath:", NO, 0, 0},
	{"notation", NO, NO, NO, SUB, 0},
	{"notation login,", "p:S u:", "password:S username:", NO, 0, 0},
	{"xcrun altool notarytool", "p:S u: f: t: k:",
	 "password:S username: apple-id: apiKey: apiIssuer: team-id: "
	 "key-id: issuer: key: file:",
	 NO, 0, 0},
	{"security", "p:S k: T: l: t:", NO, NO, 0, 0},
	{"knife", "P:S x: N: r: E: i: c: y-",
	 "ssh-password:S connection-password:S connection-user:", NO, 0, 0},
	/* Tests of other people's systems */
	{"msfconsole", "x:C r: q-", "execute-command:C resource:", NO, 0, 0},
	{"gobuster", "P:S U: u: w: H:H c:B t: o: x: p:",
	 "password:S username: headers:H cookies:B url: wordlist:", NO, 0, 0},
	{"ffuf feroxbuster nuclei httpx wfuzz dirsearch", "H:H b:B u: w: o: t:",
	 "header:H cookie:B headers:H basic:U auth:U url:", NO, 0, 0},
	{"whatweb", "u:U H:H c:B", "user:U cookie:B header:H", NO, 0, 0},
	{"testssl.sh testssl", NO, "basicauth:U reqheader:H", NO, 0, 0},
	{"psexec.py wmiexec.py smbexec.py atexec.py secretsdump.py "
	 "mssqlclient.py smbclient.py lookupsid.py impacket-psexec "
	 "impacket-wmiexec impacket-smbexec impacket-secretsdump "
	 "changepasswd.py rbcd.py dacledit.py dcomexec.py reg.py services.py "
	 "ntlmrelayx.py samrdump.py rpcdump.py owneredit.py "
	 "impacket-mssqlclient impacket-smbclient impacket-dcomexec "
	 "impacket-atexec impacket-lookupsid impacket-reg",
	 NO, IMPACKET, "#1:P", LONG1, 0},
	{"addcomputer.py getTGT.py GetUserSPNs.py GetNPUsers.py ticketer.py "
	 "getST.py findDelegation.py GetADUsers.py "
	 "impacket-addcomputer impacket-GetUserSPNs impacket-GetNPUsers "
	 "impacket-getTGT impacket-getST impacket-ticketer",
	 NO, IMPACKET, "#1:U", LONG1, 0},
	{"bloodyAD ldeep windapsearch pywerview gMSADumper.py lsassy sprayhound "
	 "adidnsdump dnstool.py targetedKerberoast.py pywhisker.py coercer "
	 "PetitPotam.py",
	 "p:S u: d: H: t: s:", "password:S hashes:S user: username: host:", NO,
	 0, 0},
	{"winrm winrs", NO, "p:S password:S u: r: username:", NO,
	 PROGRAM_COLONS, 0},
};

const size_t proglist_tools_n = ARRAY_LEN(proglist_tools);
