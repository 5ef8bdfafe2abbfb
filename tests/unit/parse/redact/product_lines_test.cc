// Secrets as products, tools and people write them into logs, and lines of the same words that hold none. Every line that is masked is held
// against the probes as well: what they miss is never looked at.
#include <catch2/catch.hpp>

#include "masked_texts.h"
#include "parse/redact/redactor.h"
#include "probe_scan.h"
#include "secret_samples.h"

using namespace loglode;
using samples::filler;
using samples::made;

namespace {

const samples::ProbeScan& probes() {
  static const samples::ProbeScan kProbes;
  return kProbes;
}

/// Every "{…}" of `text` is a secret: the text comes out with `[masked]` in its place.
void expect_masked(std::string_view text) {
  std::string given, masked;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\x01') {
      given += text[at];
      masked += text[at];
      continue;
    }
    const std::size_t end = text.find('\x02', at);
    given += text.substr(at + 1, end - at - 1);
    masked += "[masked]";
    at = end;
  }
  expect(given, masked);
  INFO(given);
  CHECK(probes().hit(given));
}

/// «x» is written around a secret in the tables below.
std::string marked(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "\xC2\xAB" || text.substr(at, 2) == "\xC2\xBB")
      out += text[++at] == '\xAB' ? '\x01' : '\x02';
    else
      out += text[at];
  }
  return out;
}

void expect_all(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) expect_masked(marked(text));
}
void expect_none(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) expect_untouched(text);
}

}  // namespace

TEST_CASE("redact: passwords that statements and servers set", "[redact]") {
  expect_all({"A temporary password is generated for root@localhost: «Awe?k%tLR7jh»",
              "A temporary password is generated for root@localhost: «5:<)WiS%g?Wz»", "SET PASSWORD FOR 'bob'@'10.0.0.%' = '«geheim»'",
              "set password for bob = '«geheim»'", "SET PASSWORD FOR `bob`@`%` = PASSWORD('«geheim»')", "SET PASSWORD = '«geheim»'",
              "ALTER USER 'bob'@'%' IDENTIFIED BY '«geheim»'",
              "ALTER USER bob IDENTIFIED WITH mysql_native_password BY '«geheim»' PASSWORD EXPIRE NEVER", "PASSWORD bob = '«geheim»'",
              "PASSWORD bob = «qwert12»", "PGPASSWORD=«geheim» MYSQL_PWD=«geheim» REDISCLI_AUTH=«qwert12»",
              "Server=db;User Id=sa;Password=«geheim»;Encrypt=true", "jdbc:sqlserver://db:1433;user=sa;password=«geheim»;encrypt=true"});
  expect_none({"PASSWORD expiry = 90", "PASSWORD length = 12", "password for bob = on", "SET PASSWORD FOR bob", "set names for bob = 'x'",
               "password_encryption = scram-sha-256", "temporary password is generated for bob: expired"});
}

TEST_CASE("redact: what sentences tell of a password or a code", "[redact]") {
  expect_all({"password was reset to «qwert12»", "Password reset to «Sommer!24»", "password has been changed to «qwert12»",
              "password for bob was changed to «qwert12»", "Password of user bob has been reset to «qwert12»",
              "password changed from «qwert11» to «qwert12»", "the new password is: «qwert12»", "initial password was set to: «qwert12»",
              "OTP for bob is «123456»", "otp for bob: «482913»", "Your verification code is «123456»", "Your OTP is: «482913»",
              "«482913» is your verification code", "Use «482913» as your one-time password", "use code «4829» as your login code"});
  expect_none({"password reset to default", "password was changed to comply with policy", "Password changed from web01",
               "password changed: user17", "password has been reset: bob17", "Failed password for root from host42",
               "password for bob from 10.0.0.1 port 2212", "verification code sent to user17", "4829 is your order",
               "2024 is your chance to win", "token for bob was sent to web01", "password is set to expire in 90 days",
               "this is your 482913 call"});
}

TEST_CASE("redact: what quotes and brackets enclose behind a name", "[redact]") {
  expect_all({"apiKey \"«k3yAb29xQ»\" is invalid", "secret [«hunt3r2xyz»]", "token [«a8Fk29dLq0»] expired",
              "token \"«a8Fk29dLq0»\" expired", "password [«hunter2»] rejected", "password <«hunter2»> rejected",
              "secret '«hunt3r2xyz»' rejected", "API key [«k3yAb29xQ»] revoked", "api_key `«k3yAb29xQ»` revoked",
              "access key {«k3yAb29xQ»} revoked", "bad client secret \"«hunt3r2xyz»\"", "credential \"«hunt3r2xyz»\" rejected",
              "token: <«a8Fk29dLq0»>", "api-key=<«k3yAb29xQ»>", "API key «abcd1234efgh» is invalid", "token «abcdefgh12345678» expired",
              "mfa code [«482913»]"});
  expect_none({"secret \"default-token-x7k2p\" not found",
               "Secret \"shop-tls\" created",
               "unexpected token \"foo\" in JSON",
               "invalid token \"x86_64\" in expression",
               "API key \"CI deploy\" revoked",
               "token [EOF] expected",
               "token [123] at 5",
               "password [optional]",
               "secret [default/shop-tls-7f9c2] synced",
               "token (JWT) expired",
               "password (8 characters)",
               "password [8-64 characters]",
               "token [user-service-7] refreshed",
               "secret [my-secret-v2] mounted",
               "token <eof> unexpected",
               "the extended master secret (RFC7627) was used",
               "DER encoded private keys (SSL_FILETYPE_ASN1)",
               "psk: <string|TypedArray|DataView>",
               "#define CKO_SECRET_KEY 0x00000004UL",
               "44pin 82078 or 64pin"});
}

TEST_CASE("redact: codes of a few digits", "[redact]") {
  expect_all({"OTP «482913» sent", "OTP «482913», valid 5 min", "verification code is «482913»", "Your verification code is «482913».",
              "passcode «482913» accepted", "one-time password «482913» sent", "cvv «123»", "cvv: «123»", "CVV2 «123» mismatch",
              "\"cvv\":«123»", "cvc is «123»", "security code «123»", "PIN «4829» accepted"});
  expect_none({"OTP 3 attempts left", "otp 3000 ms", "pin 4829 toggled", "cvv 12 fields", "cvv mismatch 123", "OTP sent to user17",
               "verification code 404 of page", "otp 6 digits", "PIN 12 high", "cvv check failed: 3 times"});
}

TEST_CASE("redact: a password that was and one that is, in a sentence", "[redact]") {
  expect_all({"password changed from «hunter2» to «dragon7»", "password changed from «geheim» to «anders»",
              "password changed from \"«old one»\" to \"«new one»\"", "Password for bob changed from '«geheim»' to '«anders»'",
              "secret rotated from «hunt3r2xyz» to «dr4gonabc»"});
  expect_none({"password changed from default to custom", "password changed from expired to active", "password changed from console",
               "password policy changed from weak to strong", "token type changed from jwt to opaque", "secret changed from v1 to v2"});
}

TEST_CASE("redact: words that messages number", "[redact]") {
  expect_none({"credentials: none2 provided", "account key=AccountId", "password: error2 in module", "token: HTTP500",
               "token: HTTP500 from upstream", "password: step3 failed", "secret: none1", "password: node12 unreachable", "token error42"});
  expect_all({"password: «hunter2» rejected", "secret key=«geheim»", "api key=«geheim»", "password=«error2»"});
}

TEST_CASE("redact: options of Windows and openssl", "[redact]") {
  expect_all({"schtasks /create /tn x /tr y /ru bob /rp «geheim»", "schtasks.exe /Create /RU \"dom\\bob\" /RP \"«geheim»\" /TN x",
              "tasklist /s host /u bob /p «geheim»", "cmdkey /add:host /user:bob /pass:«geheim»",
              "wmic /user:bob /password:«geheim» process", "xfreerdp /u:bob /p:«geheim» /v:h", "plink -ssh bob@h -pw «geheim»",
              "net use \\\\host\\x «geheim» /user:bob",
              "net use \\\\host «geheim» /user:", "net use Z: \\\\host\\x /user:bob «geheim» /persistent:yes",
              "openssl enc -aes-256-cbc -k «geheim» -in a", "openssl enc -pass pass:«geheim»", "openssl req -passin 'pass:«geheim»'",
              "[\"openssl\",\"enc\",\"-k\",\"«geheim»\"]", "useradd -p «geheim» bob", "ConvertTo-SecureString \"«P@ss w0rd»\" -AsPlainText",
              "(ConvertTo-SecureString '«P@ss w0rd»' -AsPlainText -Force)"});
  expect_none({"GET /p HTTP/1.1", "ls /u bob /p", "rsync /rp /backup", "robocopy a b /r:3 /p x", "openssl req -key k.pem -in x",
               "openssl dgst -keyform PEM", "kubectl exec -k x", "net use \\\\host /delete", "cd /p x"});
}

TEST_CASE("redact: names with a number or an ordinal", "[redact]") {
  expect_all({"Unseal Key 1: «jP0dK3mN7qRt2LmX9cVb4Kz8WpY1sHd6TfG3uJ5nAbQ=»", "VAULT_UNSEAL_KEY_1=«geheim»",
              "password1=«geheim» password_2=«anders» token3=«geheim»", "API_KEY_2=«geheim»", "token_3: «qwert12»",
              "Recovery Key 4: «jP0dK3mN7qRt2LmX»", "secret-1=«geheim»", "DB_PASSWORD_01=«geheim»"});
  expect_none({"password 1 of 3 is wrong", "token 3: expired", "key 4: missing", "API key 2 of 5 rotated"});
}

TEST_CASE("redact: scalars of YAML that go over lines", "[redact]") {
  expect("a: 1\npassword: |\n  geheim\n  zwei\nb: 2", "a: 1\npassword: |\n  [masked]\nb: 2");
  expect("  db:\n    password: >-\n      geheim\n\n      zwei\n    host: x", "  db:\n    password: >-\n      [masked]\n    host: x");
  expect("- token: |2-\r\n    geheim\r\n- b", "- token: |2-\r\n    [masked]\r\n- b");
  expect("x: {\"y\":\"password: |\\n  geheim\\nb: 2\"}", "x: {\"y\":\"password: |\\n  [masked]\\nb: 2\"}");
  expect("password: |", "password: |");
  expect("password: |\nnext line", "password: |\nnext line");
  CHECK(probes().hit("password: |\n  geheim"));
  RedactionCounts counts;
  std::vector<std::string> lines{"password: |", "  geheim", "  zwei", "next: 1"};
  redact_lines(lines, counts);
  CHECK(lines == std::vector<std::string>{"password: |", "  [masked]", "[masked]", "next: 1"});
}

TEST_CASE("redact: a value that was and one that is", "[redact]") {
  expect(R"(password: "" => "geheim")", R"(password: "" => "[masked]")");
  expect(R"(~ password = "alt" -> "geheim")", R"(~ password = "[masked]")");
  expect(R"(admin_password: "alt" => "geheim")", R"(admin_password: "[masked]")");
  expect("db.password: qwert11 -> qwert12", "db.password: [masked]");
  expect(R"(+ password = "geheim")", R"(+ password = "[masked]")");
  expect_none({R"(password = (sensitive value))", "+ password = (known after apply)", R"(name: "a" => "b")", R"(password: "" => "")"});
  for (const std::string_view text : {R"(password: "" => "geheim")", "db.password: qwert11 -> qwert12"}) CHECK(probes().hit(text));
}

TEST_CASE("redact: everything below a name of secrets", "[redact]") {
  expect_all({R"({"secrets":{"a":"«geheim»","n":1}})", R"({"secrets":{"db":{"x":"«geheim»","y":["«geheim»"]}},"host":"x"})",
              R"({"credentials":{"username":"bob","x":"«geheim»","type":"basic"}})", "credentials: {user: bob, x: «geheim»}",
              R"({\"secrets\":{\"a\":\"«geheim»\"}})", "map[secrets:map[a:«geheim» b:«anders»] host:x]",
              "{:credentials=>{:x=>\"«geheim»\"}}", "Credentials{user='bob', x='«geheim»'}",
              R"({"credentials":[{"user":"a","x":"«geheim»"},{"user":"b","x":"«geheim»"}],"y":"z"})",
              R"({"kind":"Secret","metadata":{"name":"db"},"data":{"x":"«Z2VoZWlt»"},"type":"Opaque"})", "stringData: {x: «geheim»}"});
  expect("credentials:\n  x: \"geheim\"\n  user: bob\n  y: qwert12\nz: qwert12",
         "credentials:\n  x: \"[masked]\"\n  user: bob\n  y: [masked]\nz: qwert12");
  expect_none({R"({"resources":["secrets"],"verbs":["get"]})", R"({"imagePullSecrets":[{"name":"regcred"}],"a":"b"})",
               R"({"secrets":{"count":3,"rotated":true}})", R"({"secret":{"secretName":"shop-tls","defaultMode":420}})",
               "error fetching credentials:\n    at java.io.IOException: denied\n    foo.go:12: permission denied",
               R"({"kind":"ConfigMap","data":{"x":"y"}})",
               R"({"credentials":{"type":"basic","path":"/run/x","expires":"2026-11-23T10:00:00Z"}})"});
}

TEST_CASE("redact: LDIF, PowerShell and arguments whose place tells them", "[redact]") {
  expect_all({"userPassword:: «Z2VoZWlt»",
              "unicodePwd:: «aHVudGVy»",
              "ConvertTo-SecureString \"«geheim»\" -AsPlainText -Force",
              "ConvertTo-SecureString -String '«geheim»' -AsPlainText",
              "ConvertTo-SecureString «geheim» -AsPlainText -Force",
              "htpasswd -b /etc/nginx/.htpasswd bob «geheim»",
              "htpasswd -nbB bob «geheim»",
              "htpasswd -cb -C 10 f bob '«geheim»'",
              "net user bob «geheim» /add",
              "net use Z: \\\\files\\x «geheim» /user:bob",
              "+ echo 'root:«geheim»' | chpasswd",
              "sh -c \"echo «geheim» | sudo -S apt-get update\"",
              "echo «geheim» | docker login -u bob --password-stdin hub",
              "sshpass -p «geheim» ssh x",
              "curl -u bob:«geheim» http://x/",
              "docker login -u bob -p «geheim» hub",
              "mysql -u root -p«geheim» shop",
              "redis-cli -a «geheim» ping",
              "openssl rsa -in k -passin pass:«geheim»",
              "ldapsearch -x -w «geheim»"});
  expect_none({"htpasswd -c /etc/x bob", "htpasswd /etc/x bob", "net user bob /delete", "net users online: 5",
               "the internet user base grew", "echo hello | tee x", "std::password:: x", "ConvertTo-SecureString $pw -AsPlainText",
               "echo $PASS | sudo -S ls"});
}

TEST_CASE("redact: lines that routers are configured by", "[redact]") {
  expect_all({"enable secret 0 «geheim»", "enable secret «qwert12»", "username bob password 7 «0822455D0A16»",
              "username bob privilege 15 secret 0 «geheim»", "key 0 «geheim»", "tacacs-server key «geheim»",
              "radius-server host 10.0.0.1 key 7 «0822455D0A16»", "crypto isakmp key «geheim» address 10.0.0.1",
              "snmp-server community «geheim» RO", "set snmp community «geheim» authorization read-only",
              "%PARSER-5-CFGLOG_LOGGEDCMD: User:bob  logged command:enable secret 0 «geheim»",
              "neighbor 10.0.0.2 password 7 «0822455D0A16»"});
  expect_none({"key 0 not found in map", "password 5 attempts left", "secret 7 of 9 rotated", "token 0 is reserved",
               "enable password authentication first", "the community is growing", "community manager", "key 7 pressed"});
  expect("enable secret 9 $9$" + filler(14) + "$" + filler(43), "enable secret 9 [masked]");
  expect("secret \"$9$" + filler(20) + "\"; ## SECRET-DATA", "secret \"[masked]\"; ## SECRET-DATA");
}

TEST_CASE("redact: the audit log's arguments and titles of processes", "[redact]") {
  expect_all({R"(type=EXECVE msg=audit(1700000000.1:7): argc=2 a0="mysql" a1="-p«geheim»")",
              R"(type=EXECVE msg=audit(1700000000.1:7): argc=3 a0="mysql" a1="--password" a2="«geheim»" a3="shop")",
              R"(type=EXECVE msg=audit(1700000000.1:7): argc=3 a0="mysql" a1="--password=«geheim»" a2="shop")",
              R"(type=EXECVE msg=audit(1700000000.1:7): argc=3 a0="redis-cli" a1="-a" a2="«geheim»")",
              "type=PROCTITLE msg=audit(1700000000.1:7): proctitle=«6D7973716C002D7067656865696D»",
              R"(argc=3 a0="mysql" a1="--password" a2=«676568206569»)", R"(argc=2 a0="mysql" a1=«2D7067656820656D»)",
              "mysqld: process title mysql -p«geheim» shop"});
  expect_none({"type=PROCTITLE msg=audit(1700000000.1:7): proctitle=2F7573722F7362696E2F73736864002D44", R"(argc=2 a0="ls" a1="-pa")",
               "type=SYSCALL a0=7ffd a1=0 a2=1000 argc=x", R"(argc=3 a0="x" a1="--password" a2="--host")"});
}

TEST_CASE("redact: users and passwords of addresses without a scheme", "[redact]") {
  expect_all({"lookup bob:«geheim»@db: no such host", "dial tcp: lookup bob:«geheim»@db on 10.0.0.2:53: no such host",
              "dial bob:«geheim»@db:5432", "connecting to bob:«geheim»@db"});
  expect_none({"pull host image:tag@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
               "lookup db.example.com: no such host", "dial tcp 10.0.0.1:5432: connect: connection refused",
               "host shop:latest@sha256:9f86d081884c", "address 12:30@web1", "connected to git@host:group/x.git"});
  expect("lookup bob@example.com:25", "lookup [masked:email]:25");
}

TEST_CASE("redact: names and values that stand apart", "[redact]") {
  expect_all(
      {R"({"Name":"admin_password","Current":"«geheim»"})",
       R"({"key":"DB_PASSWORD","value":"«geheim»"})",
       "name=db_password value=«geheim»",
       R"({"name":"api_key","old":"«geheim»","new":"«anders»"})",
       "key=smtp.password, value=«geheim»",
       "UPDATE users SET password = ? WHERE id = ? [«geheim», 7]",
       "UPDATE users SET name = ?, password = ? WHERE id = ? -- binds: ['bob', '«geheim»', 7]",
       "update users set password=? where id=? binding parameter [1] as [VARCHAR] - [«geheim»] binding parameter [2] as [BIGINT] - [7]",
       "update users set name=?, password=? where id=? (1:VARCHAR) <- [bob] (2:VARCHAR) <- [«geheim»]",
       "execute <unnamed>: UPDATE users SET password = $2 WHERE id = $1 DETAIL:  parameters: $1 = '7', $2 = '«geheim»'",
       "UPDATE users SET password = $2, token = $1 WHERE id = 1; parameters: $1 = '«anders»', $2 = '«geheim»'",
       "insert into users (name, password) values (?, ?) binding parameter [1] as [VARCHAR] - [bob] binding parameter [2] as [VARCHAR] - "
       "[«geheim»]",
       "SELECT id FROM users WHERE name = %s AND password = %s args=('bob', '«geheim»')",
       "INSERT INTO users (name, password) VALUES (?, ?) ==> Parameters: bob(String), «geheim(String)»",
       R"({"field":"password","old":"«geheim»","new":"«anders»"})",
       R"({"attribute":"password","from":"«geheim»","to":"«anders»"})",
       R"({"changes":[{"field":"email","old":"a","new":"b"},{"property":"api_key","before":"«geheim»","after":"«anders»"}]})",
       R"({\"field\":\"password\",\"old\":\"«geheim»\",\"new\":\"«anders»\"})",
       "field=password from=«geheim» to=«anders»",
       R"({"level":"info","object":{"apiVersion":"v1","data":{"x":"«Z2VoZWlt»"},"kind":"Secret"}})",
       R"({"kind":"SecretList","items":[{"metadata":{"name":"x"},"data":{"a":"«Z2VoZWlt»"}}]})",
       R"({"objectRef":{"resource":"secrets","name":"db"},"requestObject":{"data":{"a":"«Z2VoZWlt»"}}})",
       R"({"msg":"{\"kind\":\"Secret\",\"stringData\":{\"x\":\"«geheim»\"}}"})"});
  expect_none({R"({"name":"password_encryption","current":"scram"})", R"({"template_id":"reset_password","to":"x","from":"y"})",
               "UPDATE users SET password = ? WHERE id = ?", "UPDATE users SET name = ? WHERE id = ? [bob, 7]",
               "UPDATE users SET password = ? WHERE id = ? [null, 7]", R"({"name":"ssl","current":"on"})"});
}

TEST_CASE("redact: numbers that are no cards", "[redact]") {
  expect_none({"build 4111111111111111 done", "Build #4111111111111111", "order number 4111111111111111", "orderNo: 4111111111111111",
               "buildNumber=4111111111111111", "build_number: 4111111111111111", "order no. 4111111111111111", "trace 4111111111111111",
               "trace id: 4111111111111111", "seq=4111111111111111", "offset 4111111111111111", "request 5555555555554444 took 3 ms",
               "\"jobNumber\":\"5555555555554444\"", "shipment 4111111111111111", "wildcard query 7111111111111110 ran",
               "discarded 9111111111111111", "number 1111111111111117", "paid 7111111111111110", "value 9111111111111111"});
  for (const std::string_view text :
       {"paid with 4111111111111111", "card number is 4111111111111111", "cardNumber=4111111111111111", "card 4222222222222 ok",
        "payment by 5555555555554444 declined", "the Maestro card of bob, 6759649826438453, expired", "online 4111111111111111"}) {
    INFO(text);
    CHECK(redact(text).find("[masked:card]") != std::string::npos);
    CHECK(probes().hit(text));
  }
}

TEST_CASE("redact: servers that print the password they made", "[redact]") {
  expect_all({"Administrator initial password (except double quotes): \"«Ec5s !f7a»\"",
              "***  Initial password for 'root': «f3a16418-05f2»  ***",
              "Using generated security password: «78fa095d-3f4c-48b1-ad50-e24c31d5cf35»", "Bootstrap Password: «x9kq2mzp7w»",
              "Please use the following password to proceed to installation:\n\n«0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c»",
              "The generated password for the elastic built-in superuser is : «Zq7-Rt2LmX9cVb»",
              "The generated password for the elastic built-in superuser is «Zq7-Rt2LmX9cVb»"});
  expect_none({"Please choose a password:\nit must have 12 characters", "password (optional): text",
               "the password for the elastic user is set", "Enter the new password for the service:\nok"});
}

TEST_CASE("redact: logins that are told as they were tried", "[redact]") {
  expect_all({"Login incorrect (pap: no match): [bob/«geheim»] (from client x port 0)", "Login OK: [bob/«geheim»] (from client x)",
              "login attempt [b'root'/«b'geheim'»] failed", "User-Password = \"«geheim»\"",
              "auth: Debug: client in: AUTH 1 PLAIN service=imap resp=«AGJvYgBnZWhlaW0=»", "GET /login?user=bob&pass=«geheim» HTTP/1.1",
              "mount -o username=bob,pass=«geheim» //h/s", "SMTP_PASS=«geheim» DB_PASS=«geheim»",
              "#0 /app/db.php(12): PDO->__construct('mysql:host=db', 'bob', '«geheim»')",
              "#1 /app/db.php(9): mysqli_connect('db', 'bob', '«geheim»', 'shop')", "db.auth(\"bob\", \"«geheim»\")",
              "db.changeUserPassword(\"bob\", \"«geheim»\")"});
  expect_none({"Login OK: [bob] (from client x)", "login failed [web/1 of 3]",
               "Login incorrect: [bob/<no User-Password attribute>] (from client x)", "auth pass=17 fail=3", "user pass 3 of 4",
               "GET /x?pass=2", "mysqli_connect('db', 'bob')", "login(\"bob\") called", "user=bob pass=17"});
  expect("GET /password/reset/" + made("q7Rt2LmX", "9cVb4Kz8") + "?x=1", "GET /password/reset/[masked:key]?x=1");
  expect_untouched("GET /password/reset/confirm");
}

TEST_CASE("redact: more programs that take a password", "[redact]") {
  expect_all({"sqlplus -S bob/«geheim» as sysdba", "rabbitmqctl add_user bob «geheim»", "rabbitmqctl change_password bob «geheim»",
              "wpa_passphrase home «geheim»", "curl -X GET -u 'bob@x':'«geheim»' -H 'a: b' https://x/",
              "Validating username bob and password «geheim».", "trying user=bob with password «geheim»",
              "nmcli dev wifi connect home password «geheim»", "machine x login bob password «geheim»",
              "etcdctl --user root:«geheim» get x", "ssh-keygen -t rsa -N «geheim» -f k",
              "kubectl create secret generic db --from-literal=a=«geheim»"});
  expect_none({"sqlplus /nolog", "CONNECT web1:443 HTTP/1.1", "rabbitmqctl list_users", "kubectl create configmap x --from-literal=a=b",
               "nmcli connection up home", "invalid user and password combination", "user bob and password incorrect",
               "login with username bob and password failed."});
}

TEST_CASE("redact: whose a token was, or what groups it is written in, tells that it is one", "[redact]") {
  expect_all({"invalid token '«f3a9c1»' for user bob", "token \"«geheim»\" of client shop rejected", "rejected token «f3a9c1» for user bob",
              "bad api key '«k3y9»' from 10.0.0.7", "invalid api key: «12345-67890-abcde»", "api key=«12345-67890-abcde»",
              "secret key: «1a2b-3c4d-5e6f» revoked"});
  expect_none({"invalid token ','", "invalid token 'x1' at line 3", "unexpected token } in JSON", "invalid token \"x86_64\" in expression",
               "token 'default-token' of user bob", "token: default-token-12345", "secret: shop-tls-2024", "token for user bob expired",
               "invalid token 'expired' for user bob", "password: see RFC-2617", "secret: 2026-11-30"});
}

TEST_CASE("redact: codes that people are sent or asked for", "[redact]") {
  expect_all({"PIN code entered: «4821»", "passcode entered by user: «99122»", "passcode: «4821»", "OTP for bob is «482-193»",
              "Your OTP is «482 193»", "Enter code «482193» to log in", "Your Uber code: «4821». Never share it",
              "Your Shop code is «4821»", "«482913» is your Shop code", "one-time code «482913» sent", "authentication code: «482913»",
              "sign-in code: «482913»", "one-time pin: «4829»", "use code «482913» to verify"});
  expect_none({"status code: 4821", "error code 4821", "your country code: 4821", "Your zip code is 48211", "your error code is 4821",
               "Your exit code: 4821", "4829 is your postal code", "enter code 4821 of the lesson", "code: 4821", "use code 482913",
               "Your order code: 4821", "response code is 4821"});
}

TEST_CASE("redact: words for password, token and code in other languages, also with what was wrong with them behind", "[redact]") {
  expect_all({"Contraseña incorrecta: «Perro123»",
              "Falsches Passwort: «Hund1234»",
              "Passwort ungültig: «Hund1234»",
              "Mot de passe incorrect : «Chien123»",
              "mot de passe erroné: «Chien123»",
              "Senha inválida: «Gato1234»",
              "password errata: «Cane1234»",
              "Неверный пароль: «Sobaka12»",
              "пароль неверный: «Sobaka12»",
              "密码错误：«Gou12345»",
              "密码不正确：«Gou12345»",
              "パスワードが違います: «Inu12345»",
              "password incorrect: «Dog12345»",
              "wrong password tried: «Dog12345»",
              "password attempt: «hunter2»",
              "jeton : «a8Fk29dLq0»",
              "jeton=«a8Fk29dLq0»",
              "clé API : «a8Fk29dLq0»",
              "clave api: «a8Fk29dLq0»",
              "chave de API: «a8Fk29dLq0»",
              "chiave API=«geheim»",
              "código de verificación: «482913»",
              "code de vérification : «482913»",
              "codice di verifica: «482913»",
              "Bestätigungscode: «482913»",
              "Sicherheitscode «482913»",
              "Geheimzahl: «4821»",
              "código de acesso: «482913»",
              "код подтверждения: «482913»",
              "пин-код: «4821»",
              "動態密碼：«482913»",
              "校验码：«482913»",
              "認証コード: «482913»",
              "確認コードは «482913»",
              "访问令牌：«a8Fk29dLq0»",
              "APIキー: «a8Fk29dLq0»",
              "인증코드: «482913»",
              "Einmalcode «482913»",
              "kod PIN: «4821»",
              "doğrulama kodu: «482913»",
              "ключ API: «a8Fk29dLq0»",
              "verificatiecode: «482913»"});
  expect_none({"Contraseña incorrecta para ana", "Passwort falsch", "mot de passe incorrect : réessayez", "senha inválida",
               "密码错误：三次", "código de estado: 482913", "code de retour : 482913", "Fehlercode: 482913", "код ошибки: 482913",
               "错误代码：482913", "codice di errore: 482913", "password incorrect: 3 attempts", "Passwort falsch: Versuch3",
               "mot de passe incorrect : tentative2"});
}

TEST_CASE("redact: signs that stand for a colon between a name and its value", "[redact]") {
  expect_all({"password≔«geheim»", "password﹦«geheim»", "password∶ «hunter2»", "password - «hunter2»", "api_key – «k3yAb29xQ»",
              "db.password — «hunter2»", "password,«hunter2»", "\"password\",\"«hunter2»\"", "password;«hunter2»", "|password|«hunter2»|",
              "| db_password | «Sommer!24» |", "│ password │ «hunter2» │", "password\t«hunter2»", "pass phrase is \"«open sesame»\"",
              "passphrase is '«correct horse»'", "password is \"«geheim»\""});
  expect_none({"password reset - ok", "password - ok", "token - expired", "user,password,email", "password,created_at", "id,password",
               "|password|varchar(255)|", "| id | password | sha2hash |", "|user|password|", "password - attempt2",
               "login --password - x1y2z3", "bad password, user17 locked", "secret - shop-tls", "password is 'too short'",
               "password is \"weak\"", "password policy - level3", "token - 3 of 4"});
}

TEST_CASE("redact: quotes doubled within quotes", "[redact]") {
  expect_all({"password='«it''s9X»' end", "SET PASSWORD = '«it''s»'", R"(password="«say ""x"" now»", n=1)",
              R"(1,"{""user"":""bob"",""password"":""«geheim»"",""n"":1}",x)"});
  expect_none({"password='' and name=''", "password=\"\" user=\"\"", R"("{""password"":"""",""n"":1}")", "password='','x'"});
}

TEST_CASE("redact: user and secret in one word", "[redact]") {
  expect_all({"PGPASSFILE=/x db:5432:*:bob:«geheim»", "db.example.com:5432:shop:bob:«Xk29:sle0»",
              "bad line in .pgpass: db:6000:shop:bob:«geheim»", "net rpc user -U admin%«geheim»", "smbget -U 'DOM\\bob%«geheim»' smb://h/s",
              "x -U bob%«Xk29sle0» y", "basic_auth bob:«Xk29sle0»", "basic auth bob:«Xk29sle0»",
              "login attempt with credentials bob / «Tr0ub4dor&3»", "credentials bob:«Xk29sle0» rejected", "--user bob:«Xk29sle0»",
              "tool --proxy-user 'bob:«Xk29sle0»' x", "connecting as bob/«Xk29sle0»@ORCL", "imp userid=scott/«tiger»@orcl file=x",
              "SSH login ok: root:«toor123!» from 10.0.0.1", "login failed: bob/«Xk29sle0»", "Cookie \"«PHPSESSID=abc123»\"",
              "cookie '«sid=Xk29sle0»'", "cookie sid=«Xk29sle0» sent"});
  expect_none({"docker run --user 1000:1000 x", "docker exec --user www:www1234 app", "--user bob", "12:5432:10:20:30", "date -U +%s",
               "db:5432: connection refused", "psql -U bob -d x%y", "principal hdfs/node12a@REALM", "connected as nn/host12@REALM",
               "actions/checkout2@V4", "login ok: bob", "login failed: 10.0.0.1:4242", "cookie jar \"a\"", "credentials expired 12:30",
               "basic auth 10.0.0.1:8080", "basic_auth enabled:true1", "kubectl --user admin:prod1 get x", "login failed: db/timeout1",
               "build:5432:a:b:c"});
}

TEST_CASE("redact: numbers that a state knows a person by", "[redact]") {
  expect_all({"ssn=«123-45-6789»",
              "ssn: «123-45-6789»",
              "SSN «123-45-6789» not found",
              "\"ssn\":\"«123456789»\"",
              "userSsn=«123 45 6789»",
              "social security number «123-45-6789»",
              "social security number is «123-45-6789»",
              "National ID: «8001015009087»",
              "cpf=«123.456.789-09»",
              "CPF «123.456.789-09» inválido",
              "DNI «12345678Z»",
              "national insurance number: «AB123456C»",
              "passport number: «C01X00T47»",
              "passport_no=«C01X00T47»",
              "身份证号：«11010519491231002X»",
              "aadhaar: «2345 6789 0123»",
              "PESEL: «44051401359»",
              "Steuer-ID: «12345678903»",
              "tax id «12-3456789»",
              "codice fiscale: «RSSMRA85T10A562S»"});
  expect_none({"ssn required", "ssn check failed 3 times", "classname=Foo123456789", "national id column is empty", "sessn=12",
               "passport number missing", "ssn is not valid", "ssn: 12 fields", "tax id of user17", "pass number 123456789"});
}

TEST_CASE("redact: a password that comes before its name; a patch that names it by a path", "[redact]") {
  expect_all({"user entered «Perro123» as password", "tried '«Perro123»' as the password for bob",
              R"({"op":"replace","path":"/spec/password","value":"«geheim»"})", R"([{"value":"«geheim»","path":"/a/apiKey","op":"add"}])",
              R"({\"op\":\"add\",\"path\":\"/data/token\",\"value\":\"«geheim»\"})"});
  expect_none({"stored md5 as password hash", "use sha256 as password digest", "field user17 as password field",
               R"({"op":"remove","path":"/spec/password"})", R"({"op":"replace","path":"/spec/replicas","value":"3"})",
               R"({"path":"/login/password","status":"200"})"});
}
