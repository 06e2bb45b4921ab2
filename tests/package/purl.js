// SPDX-License-Identifier: Apache-2.0
// purl.js write: forms of package URLs, one a line, over all published types:
// the specification's own examples, and generated ones (always the same).
// purl.js judge FORMS OURS: holds our answers, a line each, against what
// packageurl-js makes of the forms. TAP on stdout.
'use strict';
const fs = require('fs');
const { PackageURL } = require('packageurl-js');

// TYPE: [namespace, version, qualifiers] - what a form must have ("!"), may
// have ("?") or must not have ("-"), and the characters of its name.
const types = {
  alpm: '!?', apk: '!?', bazel: '-!', bitbucket: '!?', bitnami: '-?',
  cargo: '-?', 'chrome-extension': '-?', cocoapods: '-?', composer: '!?',
  conan: '-?', conda: '-!', cpan: '!?', cran: '-!', deb: '!?', docker: '??',
  gem: '-?', generic: '??', github: '!?', gitlab: '!?', golang: '!?',
  hackage: '-?', hex: '??', huggingface: '??', julia: '-?', luarocks: '??',
  maven: '!?', mlflow: '-?', npm: '??', nuget: '-?', oci: '-?', opam: '-?',
  otp: '-?', pear: '??', pub: '-?', pypi: '-?', qpkg: '!?', rpm: '!?',
  swid: '??', swift: '!!', 'vscode-extension': '!?', yocto: '??',
};
const needs = {
  julia: 'uuid=ade2ca70-3891-5945-98fb-dc099432e06a',
  swid: 'tag_id=org.example.Tag-29',
};
const published = `
pkg:alpm/arch/containers-common@1:0.47.4-4?arch=x86_64
pkg:apk/alpine/curl@7.83.0-r0?arch=x86
pkg:bazel/rules_java@8.5.0#java/runfiles:runfiles
pkg:bitbucket/birkenfeld/pygments-main@244fd47e07d1014f0aed9c
pkg:bitnami/wordpress@6.2.0?arch=arm64&distro=debian-12
pkg:cargo/structopt@0.3.11
pkg:cocoapods/GoogleUtilities@7.5.2#NSData%2Bzlib
pkg:composer/laravel/laravel@5.5.0
pkg:conan/openssl.org/openssl@3.0.3?user=bincrafters&channel=stable
pkg:conda/absl-py@0.4.1?build=py36h06a4308_0&channel=main&subdir=linux-64&type=tar.bz2
pkg:cpan/DROLSKY/DateTime@1.55
pkg:cran/caret@6.0-88
pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie
pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64
pkg:docker/cassandra@sha256:244fd47e07d1004f0aed9c
pkg:docker/customer/dockerimage@sha256%3A244fd47e07d10?repository_url=gcr.io
pkg:gem/ruby-advisory-db-check@0.12.4
pkg:gem/jruby-launcher@1.1.2?Platform=java
pkg:generic/openssl@1.1.10g?checksum=sha256:de4d501267da&download_url=https://openssl.org/source/openssl-1.1.0g.tar.gz
pkg:github/Package-url/purl-Spec@244fd47e07d1004f0aed9c#everybody/loves/dogs
pkg:golang/google.golang.org/genproto#/googleapis/api/annotations/
pkg:GOLANG/google.golang.org/genproto@abcdedf#/googleapis/api/annotations/
pkg:hackage/AC-HalfInteger@1.2.1
pkg:hex/phoenix_html@2.13.3#priv/static/phoenix_html.js
pkg:huggingface/microsoft/deberta-v3-base@559062AD13d311b87b2c455e67dcd5f1c8f65111?repository_url=https://hub-ci.huggingface.co
pkg:julia/Dates@1.9.0?uuid=ade2ca70-3891-5945-98fb-dc099432e06a
pkg:luarocks/hisham/luafilesystem@1.8.0-1
pkg:Maven/org.apache.xmlgraphics/batik-anim@1.9.1?repositorY_url=repo.spring.io/release&classifier=sources
pkg:mlflow/CreditFraud@3?repository_url=https://adb-5245952564735461.0.azuredatabricks.net/api/2.0/mlflow
pkg:mlflow/CreditFraud@3?repository_url=https://westus2.api.azureml.ms/mlflow/v1.0
pkg:npm/%40angular/animation@12.3.1
pkg:Nuget/EnterpriseLibrary.Common@6.0.1304
pkg:oci/debian@sha256%3A244fd47e07d10?repository_url=ghcr.io/debian&tag=bullseye
pkg:opam/ocaml-base-compiler@5.2.0
pkg:otp/stdlib@3.11.2?repository_url=https://github.com/erlang/otp
pkg:pub/characters@1.2.0
pkg:PYPI/Django_package@1.11.1.dev1
pkg:qpkg/blackberry/com.qnx.sdp@7.0.0.SGA201702151847
pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25
pkg:swid/Acme/example.com/Enterprise%2BServer@1.0.0?tag_id=75b8c285-fa7b-485b-b199-4745e3004d0d
pkg:swift/github.com/RxSwiftCommunity/RxFlow@2.12.4
pkg:vscode-extension/golang/go@0.39.1?platform=win32-x64
pkg:yocto/core/glibc@2.35
pkg://maven/org.apache.commons/io@1.3.4
pkg:///npm/lodash@4.17.21
PKG:npm/lodash@4.17.21
pkg:EnterpriseLibrary.Common@6.0.1304
EnterpriseLibrary.Common@6.0.1304
pkg:maven/@1.3.4
pkg:cran/@0.9.1
pkg:cran/A3
pkg:3nginx/nginx@0.8.9
pkg:n&g?inx/nginx@0.8.9
pkg%3Amaven/org.apache.commons/io
pkg:npm/myartifact@1.0.0?in%20production=true
pkg:conan/bincrafters/cctz@2.3
pkg:conan/cctz@2.3?channel=stable
pkg:swift/Alamofire@5.4.3
pkg:swift/github.com/Alamofire/Alamofire
pkg:maven/commons-io@1.3.4
pkg:npm/
pkg:/name
pkg:generic/a%ffb
pkg:generic/a%zz
pkg:generic/a#./b/../c/.
`.trim().split('\n');

// Where packageurl-js and the specification differ, the specification wins.
const differences = {
  // Python's rule takes dots and runs, packageurl-js only underscores.
  'pkg:pypi/My.PyPI_.--._Package@1.11.1.dev1':
    'pkg:pypi/my-pypi-package@1.11.1.dev1',
  // No case in a version of PyPI.
  'pkg:pypi/a@1.0RC1': 'pkg:pypi/a@1.0rc1',
  // LuaRocks' names and manifests have no case.
  'pkg:luarocks/Hisham/LuaFileSystem@1.8.0-1':
    'pkg:luarocks/hisham/luafilesystem@1.8.0-1',
  // Neither have an extension's publisher, name and version.
  'pkg:vscode-extension/MS-Python/Python@2023.1':
    'pkg:vscode-extension/ms-python/python@2023.1',
  'pkg:yocto/Core/glibc@2.35': 'pkg:yocto/core/glibc@2.35',
  // CPAN's author ids are in capitals; a module is no distribution.
  'pkg:cpan/gdt/URI-PackageURL': 'pkg:cpan/GDT/URI-PackageURL',
  'pkg:cpan/GDT/URI::PackageURL@1': 'error',
  'pkg:otp/STDLIB@3.11.2': 'pkg:otp/stdlib@3.11.2',
  'pkg:chrome-extension/HLEPFOOHEGKHHMJIEOECHADDAEJAOKHF@25.7.1':
    'pkg:chrome-extension/hlepfoohegkhhmjieoechaddaejaokhf@25.7.1',
  'pkg:chrome-extension/zz@1': 'error',
  // A plus is a plus; packageurl-js reads a space.
  'pkg:generic/a?b=c%2Bd+e': 'pkg:generic/a?b=c%2Bd%2Be',
  // Rules of the type definitions that packageurl-js has not.
  'pkg:deb/curl@7.50.3-1': 'error', // a namespace is required
  'pkg:apk/curl@7.83.0-r0': 'error',
  'pkg:alpm/pacman@6.0.1-1': 'error',
  'pkg:golang/context@1': 'error',
  'pkg:github/purl-spec@1': 'error',
  'pkg:composer/laravel@1': 'error',
  'pkg:cpan/URI-PackageURL': 'error',
  'pkg:qpkg/sdp@7': 'error',
  'pkg:vscode-extension/java@1': 'error',
  'pkg:cargo/ns/rand@0.7.2': 'error', // a namespace is prohibited
  'pkg:gem/ns/rails@7': 'error',
  'pkg:nuget/ns/a@1': 'error',
  'pkg:pypi/ns/django@1.11.1': 'error',
  'pkg:hackage/ns/a@1': 'error',
  'pkg:cran/ns/caret@6.0-88': 'error',
  'pkg:conda/python': 'error', // a version is required
  'pkg:bazel/curl': 'error',
  'pkg:julia/Dates@1.9.0': 'error', // a qualifier is required
  'pkg:swid/Fedora@29': 'error',
  'pkg:swid/a/b/c/Fedora@29?tag_id=t': 'error', // two segments at most
  'pkg:cocoapods/.a@1': 'error',
  'pkg:cocoapods/a%2Bb@1': 'error',
  // The general rules.
  'pkg:n+x/nginx@0.8.9': 'error', // no plus in a type
  'pkg:generic/a?b=1&b=2': 'error', // a key twice
  'pkg:generic/a?b': 'error', // no value
  'pkg:generic/a?.b=1': 'error', // begins with no letter
  'pkg:generic/x%2Fy/a@1': 'error', // an encoded slash in a segment
  'pkg:generic/a#x%2Fy': 'error',
  'pkg:generic/a%00b': 'error', // ours: no NUL goes into records
  'pkg:generic/\u00e9': 'error', // URLs are ASCII
  'pkg:generic/a b': 'error',
  // The last @ begins the version, also after a slash.
  'pkg:npm/@babel/core': 'error',
  'pkg:npm/@scope%2Fname': 'error',
  // An encoded percent sign in a value is one, not the begin of another.
  'pkg:generic/a?b=c%25d': 'pkg:generic/a?b=c%25d',
};

// A small generator that is the same everywhere.
let state = 20260101;
function random(n) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
}
const pick = (a) => a[random(a.length)];

const plain = 'abcdefghijklmnopqrstuvwxyz0123456789';
const odd = ['.', '-', '_', '~', '+', ':', '%', '@', '?', '#', '&', '=', '!',
  "'", '(', ')', '*', ',', ';', '$', '"', '<', '[', '\\', '^', '|', '{',
  '\u00e9', '\u4e2d', '\u{1f600}'];

function word(withOdd, upper) {
  let s = pick(plain.slice(0, 26));
  for (let i = random(10) + 1; i > 0; i--) {
    const c = pick(plain);
    s += upper && random(4) === 0 ? c.toUpperCase() : c;
    if (withOdd && random(4) === 0) s += pick(odd);
  }
  return `${s}z`;
}

const encode = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) =>
  `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
// The specification's characters: the colon stays.
const specEncode = (s) => encode(s).replace(/%3A/g, ':');
const specPath = (s) => s.split('/').map(specEncode).join('/');

// Encoded, and here and there more than need be, or in small letters.
function form(s) {
  return [...s].map((c) => {
    if (c.length === 1 && c < '\x7f' && random(12) === 0) {
      const hex = c.charCodeAt(0).toString(16).padStart(2, '0');
      return `%${random(2) ? hex : hex.toUpperCase()}`;
    }
    return c === ':' && random(2) ? ':' : encode(c);
  }).join('');
}

// Names whose type knows rules that packageurl-js has not stay simple; these
// rules are in `differences`.
function nameOf(type) {
  if (type === 'chrome-extension') return 'abcdefghijklmnopabcdefghijklmnop';
  if (type === 'pub') return word(false, true).replace(/\W/g, '');
  if (['cocoapods', 'cpan', 'pypi', 'otp', 'luarocks',
    'vscode-extension'].includes(type)) return word(false, false);
  return word(true, true);
}

function generated(type) {
  const [space, version] = types[type];
  const simple = ['cpan', 'luarocks', 'vscode-extension', 'yocto', 'pypi'];
  const easy = simple.includes(type);
  let s = `${random(3) ? 'pkg:' : 'pkg://'}${random(4) ? type
    : type.toUpperCase()}/`;
  if (space === '!' || (space === '?' && random(2))) {
    const n = type === 'swid' ? 1 + random(2) : 1 + random(3);
    for (let i = 0; i < n; i++) {
      const w = word(!easy, !easy);
      s += `${form(type === 'cpan' ? w.toUpperCase() : w)}/`;
      if (random(8) === 0) s += '/';
    }
  }
  s += form(nameOf(type));
  // packageurl-js reads a Go version that begins with v as semver.
  if (version === '!' || random(4))
    s += `@${form(`${random(20)}.${easy ? random(9) : word(true, true)}`)}`;
  const q = needs[type] ? [needs[type]] : [];
  for (let i = random(4); i > 0; i--)
    q.push(`${random(2) ? 'k' : 'K'}${i}.x=${
      form(word(true, true).replace(/%/g, ''))}`);
  if (random(6) === 0) q.push('empty=');
  if (q.length) s += `?${q.join('&')}`;
  if (random(3) === 0)
    s += `#${random(2) ? '/' : ''}${form(word(true, true))}/${form('b c')}`;
  return s;
}

function write() {
  const forms = published.concat(Object.keys(differences));
  for (const type of Object.keys(types))
    for (let i = 0; i < 25; i++) forms.push(generated(type));
  process.stdout.write(`${forms.join('\n')}\n`);
}

// What packageurl-js understands, in the characters of the specification.
function theirs(text) {
  let p;
  try {
    p = PackageURL.fromString(text);
  } catch {
    return { raw: 'error', spec: 'error' };
  }
  let s = `pkg:${p.type}/`;
  if (p.namespace) s += `${specPath(p.namespace)}/`;
  s += specEncode(p.name);
  if (p.version) s += `@${specEncode(p.version)}`;
  const q = p.qualifiers ? Object.keys(p.qualifiers).sort()
    .filter((k) => p.qualifiers[k] !== '')
    .map((k) => `${k}=${specEncode(p.qualifiers[k])}`) : [];
  if (q.length) s += `?${q.join('&')}`;
  if (p.subpath) s += `#${specPath(p.subpath)}`;
  return { raw: p.toString(), spec: s };
}

function judge(formsFile, oursFile) {
  const forms = fs.readFileSync(formsFile, 'utf8').trimEnd().split('\n');
  const ours = fs.readFileSync(oursFile, 'utf8').trimEnd().split('\n');
  let bad = 0, same = 0, characters = 0, listed = 0, again = 0;
  forms.forEach((f, i) => {
    const mine = ours[i].startsWith('error') ? 'error' : ours[i];
    const their = theirs(f);
    const want = Object.hasOwn(differences, f) ? differences[f] : their.spec;
    if (mine !== want) {
      bad++;
      console.log(`# ${f}\n#   ours ${ours[i]}\n#   want ${want}`);
    } else if (Object.hasOwn(differences, f)) {
      listed++;
      if (their.spec === want) console.log(`# no difference: ${f}`);
    } else if (mine === their.raw) same++;
    else characters++;
    // What we write, packageurl-js reads as the same package.
    if (mine !== 'error' && !Object.hasOwn(differences, f) &&
        theirs(mine).spec !== mine) {
      console.log(`# ${mine} is ${theirs(mine).spec} for packageurl-js`);
      again++;
    }
  });
  console.log(`# ${forms.length} forms: ${same} the same, ${characters} with` +
    ` the specification's characters, ${listed} listed, ${bad} wrong,` +
    ` ${again} read differently`);
  console.log(`${forms.length >= 500 && bad === 0 && again === 0 ? ''
    : 'not '}ok`);
  process.exitCode = bad + again ? 1 : 0;
}

if (process.argv[2] === 'write') write();
else judge(process.argv[3], process.argv[4]);
