// Tables of what is masked and what is not, one for each kind; redact_test.cc has the first ones.
#include <catch2/catch.hpp>

#include "masked_texts.h"
#include "parse/redact/redactor.h"
#include "secret_samples.h"

using namespace loglode;
using samples::filler;
using samples::made;

TEST_CASE("redact: words for password in many languages, in any case and with any accents", "[redact]") {
  for (const std::string_view name :
       {"Passwort",    "KENNWORT",    "contraseña",  "CONTRASEÑA", "contrasena", "mot_de_passe", "mdp",
        "senha",       "wachtwoord",  "lösenord",    "şifre",      "hasło",      "kata_sandi",   "mật_khẩu",
        "пароль",      "ПАРОЛЬ",      "密码",        "登录密碼",   "口令",       "パスワード",   "비밀번호",
        "पासवर्ड",      "পাসওয়ার্ড",    "كلمة_المرور", "پاسورڈ",     "كلمة السر",  "סיסמה",        "pass_word",
        "dbPwd",       "db_pwd",      "userPwd",     "pswd",       "password2",  "newPassword",  "password_confirmation",
        "oldPassword", "passwordHash"})
    expect(std::string{name} + "=geheim", std::string{name} + "=[masked]");
  for (const std::string_view name :
       {"mot de passe ", "Пароль", "kata sandi", "كلمة المرور", "پاس ورڈ", "temporary password for bob", "contraseña de ana",
        "the password for bob smith", "Passwort für bob", "mot de passe pour ana maria", "пароль для bob"})
    expect(std::string{name} + ": qwert12", std::string{name} + ": [masked]");
  for (const std::string_view text : {"password for bob the second: qwert", "password, for bob: qwert", " for bob: qwert12",
                                      "password for : qwert", "password forbob: qwert", "wachtwoord of of bob: qwert12"})
    expect_untouched(text);
  expect("登录 密码：qwert12 错误", "登录 密码：[masked] 错误");
  expect("{用户名=bob, 密码=qwert12}", "{用户名=bob, 密码=[masked]}");
  expect("password: “qwert12”", "password: “[masked]”");
  for (const std::string_view arrow : {"→", "⇒", "➔", "➜", "⟶", "⟹"})
    expect("db.password " + std::string{arrow} + " qwert12", "db.password " + std::string{arrow} + " [masked]");
  expect_untouched("password → changed by its owner");
}

TEST_CASE("redact: a value is named by the field beside it, by its object or by its tag", "[redact]") {
  expect(R"({"name":"DB_PASSWORD","value":"geheim"})", R"({"name":"DB_PASSWORD","value":"[masked]"})");
  expect(R"({"value":"geheim","type":"text","name":"API_TOKEN"})", R"({"value":"[masked]","type":"text","name":"API_TOKEN"})");
  expect("- name: DB_PASSWORD value: geheim1", "- name: DB_PASSWORD value: [masked]");
  expect(R"(<add key="SmtpPassword" value="geheim"/>)", R"(<add key="SmtpPassword" value="[masked]"/>)");
  expect(R"(<property name="db.password">geheim</property>)", R"(<property name="db.password">[masked]</property>)");
  expect("<key>Password</key> <string>geheim</string>", "<key>Password</key> <string>[masked]</string>");
  expect(R"(<w:Password Type="text">geheim</w:Password>)", R"(<w:Password Type="text">[masked]</w:Password>)");
  expect("<password><![CDATA[ge<heim]]></password>", "<password><![CDATA[[masked]]]></password>");
  expect(R"({"password":{"old":"geheim","new":"anders"}})", R"({"password":{"old":"[masked]","new":"[masked]"}})");
  expect(R"({"passwords":["geheim1","anders1"],"n":1})", R"({"passwords":["[masked]"],"n":1})");
  expect(R"([("x-api-key", "geheim12"), ("a", "b")])", R"([("x-api-key", "[masked]"), ("a", "b")])");
  expect(R"(s:8:"password";s:7:"geheim1";)", R"(s:8:"password";s:7:"[masked]";)");
  expect(R"(["password"]=> string(6) "geheim")", R"(["password"]=> string(6) "[masked]")");
  expect("map[Accept:[*/*] X-Api-Key:[geheim12]]", "map[Accept:[*/*] X-Api-Key:[[masked]]]");
  expect("form-data; name=\"password\"\r\n\r\ngeheim\r\n--x", "form-data; name=\"password\"\r\n\r\n[masked]\r\n--x");
  expect(R"(password: Some("geheim") Secret("geheim"))", R"(password: Some("[masked]") Secret("[masked]"))");
  for (const std::string_view text :
       {R"({"name":"DB_HOST","value":"db1"})", R"({"name":"PASSWORD_FILE","value":"/run/x"})", R"(fields ("password", "username"))",
        R"(missing: ["password","email"])", "secretKeyRef: name=db-credentials key=password", R"(getSecret("db-credentials"))",
        R"(secret="kube-system/default-token")", R"({"password":{"min_length":8,"policy":"strict"}})"})
    expect_untouched(text);
}

TEST_CASE("redact: SQL", "[redact]") {
  expect("INSERT INTO t (id, passwd, mail) VALUES (1, 'ge,heim', 'x'), (2, 'anders', NULL)",
         "INSERT INTO t (id, passwd, mail) VALUES (1, '[masked]', 'x'), (2, '[masked]', NULL)");
  expect("UPDATE t SET password = md5('geheim') WHERE id = 1", "UPDATE t SET password = md5('[masked]') WHERE id = 1");
  expect("CREATE USER bob IDENTIFIED WITH sha2 BY 'geheim'", "CREATE USER bob IDENTIFIED WITH sha2 BY '[masked]'");
  expect("ALTER USER bob IDENTIFIED BY geheim REPLACE anders", "ALTER USER bob IDENTIFIED BY [masked] REPLACE [masked]");
  expect("SET PASSWORD FOR bob = PASSWORD('geheim')", "SET PASSWORD FOR bob = PASSWORD('[masked]')");
  expect("CREATE LOGIN bob WITH PASSWORD = N'geheim'", "CREATE LOGIN bob WITH PASSWORD = N'[masked]'");
  expect("INSERT INTO t (mail, passwd) VALUES ('bob@example.com', 'geheim')",
         "INSERT INTO t (mail, passwd) VALUES ('[masked:email]', '[masked]')");
  expect("INSERT INTO t (id, passwd) VALUES (md5('x'), 'geheim')", "INSERT INTO t (id, passwd) VALUES (md5('x'), '[masked]')");
  for (const auto& [bound, masked] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {" [bob, geheim]", " [bob, [masked]]"},
           {" -- binds: ['bob', 'ge,heim']", " -- binds: ['bob', '[masked]']"},
           {" with params={\"bob\", \"geheim\"}", " with params={\"bob\", \"[masked]\"}"},
           {"; args: ($1 = 'bob', $2 = 'geheim')", "; args: ($1 = 'bob', $2 = '[masked]')"},
           {", (?, ?) [bob, geheim, ann, anders]", ", (?, ?) [bob, [masked], ann, [masked]]"},
           {" [o'neill, geheim]", " [o'neill, [masked]]"},
           {" [bob, ge, heim]", " [bob, [masked]]"},
           {" [bob@example.com, geheim]", " [[masked:email], [masked]]"}})
    expect("INSERT INTO t (name, passwd) VALUES (?, ?)" + std::string{bound},
           "INSERT INTO t (name, passwd) VALUES (?, ?)" + std::string{masked});
  expect("insert into t (passwd, n, id) values (:passwd, now(), :id) [geheim, 7]",
         "insert into t (passwd, n, id) values (:passwd, now(), :id) [[masked], 7]");
  for (const std::string_view text :
       {"INSERT INTO t (name, passwd) VALUES (?, ?)", "INSERT INTO t (name, passwd) VALUES (?, ?) [bob, null]",
        "INSERT INTO t (name, id) VALUES (?, ?) [bob, geheim]", "INSERT INTO t (passwd) VALUES (?) ON CONFLICT (mail) DO NOTHING",
        "INSERT INTO t (name, passwd) VALUES (?, ?) took [3 ms]"})
    expect_untouched(text);
  for (const std::string_view text : {"WHERE password IS NULL", "SET password = ? WHERE id = $1", "password=:password AND token=@token",
                                      "INSERT INTO t (id, name) VALUES (1, 'x'), (2, 'y')", "VALUES (1,2),(3,4)", "identified by name bob"})
    expect_untouched(text);
}

TEST_CASE("redact: options of programs and commands of protocols", "[redact]") {
  expect("keytool -storepass geheim -srckeypass anders", "keytool -storepass [masked] -srckeypass [masked]");
  expect("openssl -passin pass:geheim -passout file:/x", "openssl -passin pass:[masked] -passout file:/x");
  expect("curl --oauth2-bearer geheim x", "curl --oauth2-bearer [masked] x");
  expect("docker login -u bob -p geheim hub; docker run -p 80:80 x", "docker login -u bob -p [masked] hub; docker run -p 80:80 x");
  expect("ldapsearch -D cn=x -w geheim -b dc=x", "ldapsearch -D cn=x -w [masked] -b dc=x");
  expect("smbclient -U bob%geheim //h/s", "smbclient -U bob%[masked] //h/s");
  expect("sqlplus app/geheim@shop", "sqlplus app/[masked]@shop");
  expect(R"(FTP command: "PASS geheim")", R"(FTP command: "PASS [masked]")");
  expect(R"(monitor "AUTH" "bob" "geheim")", R"(monitor "AUTH" "bob" "[masked]")");
  expect("redis command AUTH app geheim1", "redis command AUTH app [masked]");
  expect("AUTH PLAIN AGJvYgBnZWhlaW0=", "AUTH PLAIN [masked]");
  expect("a001 LOGIN bob geheim12", "a001 LOGIN bob [masked]");
  expect("CONFIG SET requirepass geheim12", "CONFIG SET requirepass [masked]");
  expect("username bob password 7 0822455D0A16", "username bob password 7 [masked]");
  for (const std::string_view text : {"PASS src/app.test.js", "PASS: TestLogin2 (0.01s)", "PASS 12 tests", "AUTH failed",
                                      "AUTH LOGIN failed", "LOGIN failed for user 'sa'", "ffmpeg -pass 2 x", "unzip -p x.zip a1",
                                      "proxy_pass http://10.0.0.1:8080", "keytool -keystore k.jks", "auth=plain", "pass=17 fail=0"})
    expect_untouched(text);
}

TEST_CASE("redact: sessions, codes and pins", "[redact]") {
  const std::string id = made("q1w2e3r4", "t5y6u7i8o9p0");
  for (const std::string_view before :
       {"sid=", "GET /a.php?PHPSESSID=", "/shop;jsessionid=", "session_id: ", "GET /cb?code=", "x?a=1&ticket="})
    expect(std::string{before} + id, std::string{before} + "[masked]");
  expect("/shop;jsessionid=" + id + "?a=1", "/shop;jsessionid=[masked]?a=1");
  expect("pin=4711 puk=12345678 otp: 482913", "pin=[masked] puk=[masked] otp: [masked]");
  expect("verification code: 482913", "verification code: [masked]");
  expect("验证码：482913", "验证码：[masked]");
  for (const std::string_view text :
       {"sid=17 opened", "session 17 opened", "session=0b9c6f0e-7d1e-4b7e-9d3c-1f2e3d4c5b6a", "GET /x?code=200&key=1",
        "status code: 200123", "gpio pin=4 set", "pin 17 high", "error_code=ECONNREFUSED123"})
    expect_untouched(text);
}

TEST_CASE("redact: passwords in URLs hold any sign; what only looks like one is kept", "[redact]") {
  for (const std::string_view password : {"a#b", "a/b", "a?b", "a]b", "a)b", "a@b", "a,b", "a/b?c#d"}) {
    expect("amqp://app:" + std::string{password} + "@mq:5672/x", "amqp://app:[masked]@mq:5672/x");
    expect("hosts=[amqp://app:" + std::string{password} + "@mq1, amqp://mq2]", "hosts=[amqp://app:[masked]@mq1, amqp://mq2]");
  }
  for (const std::string_view password : {"a)bc1", "a]bc1", "a}bc1", "a,bc1", "a;bc1"})
    expect("f(x, password=" + std::string{password} + ", n=1)", "f(x, password=[masked], n=1)");
  expect("https://:geheim@x.example/", "https://:[masked]@x.example/");
  expect("jdbc:oracle:thin:app/geheim@//ora1:1521/X", "jdbc:oracle:thin:app/[masked]@//ora1:1521/X");
  expect("via bob:geheim12@proxy:3128", "via bob:[masked]@proxy:3128");
  expect("https://" + filler(20) + ":x-oauth-basic@h/x", "https://[masked]:x-oauth-basic@h/x");
  expect("POST https://discord.example/api/webhooks/123456789012345678/" + made("q7Rt2LmX9cVb", "4Kz8WpY1sHd6"),
         "POST https://discord.example/api/webhooks/123456789012345678/[masked:key]");
  for (const std::string_view text :
       {"http://host:8080/a@b", "http://[::1]:8080/a@b", "http://10.0.0.1:8080@v2", "jdbc:mysql://h1:3306,h2:3306/x?user=a@b",
        "ssh://git@host/x.git", "docker://nginx:1.25@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "fetch git@host.example.com:group/x.git", "scp bob@web1.example.com:/srv/x", "src/hooks/useAuth2Login.ts",
        "POST /webhooks/validate-pods-v1"})
    expect_untouched(text);
}

TEST_CASE("redact: e-mail addresses, telephone numbers, accounts and tracks", "[redact]") {
  for (const std::string_view mail : {"bob+tag@sub.example.co.uk", "bob@exämple.de", "jürgen@example.de", "用户@例子.公司",
                                      "bob@xn--exmple-cua.de", "\"bob smith\"@example.org", "o'brien@example.ie", "bob@[10.0.0.1]"})
    expect("mail <" + std::string{mail} + "> ok", "mail <[masked:email]> ok");
  expect("用户bob@example.com登录", "用户[masked:email]登录");
  for (const std::string_view phone : {"+4915112345678", "+49 (0)30 1234567", "+1 212-555-0147", "(212) 555-0147"})
    expect("call " + std::string{phone} + " now", "call [masked:phone] now");
  expect(R"("phoneNumber":"01512345678")", R"("phoneNumber":"[masked:phone]")");
  expect("tel: 030/1234567, 手机号：13812345678", "tel: [masked:phone], 手机号：[masked:phone]");
  for (const std::string_view iban :
       {"DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300"})
    expect("to " + std::string{iban} + " failed", "to [masked:iban] failed");
  expect("%B4111111111111111^DOE/JANE^25121010000000?", "[masked:card]");
  expect("swipe 4111111111111111=25121010000000000? ok", "swipe [masked:card] ok");
  for (const std::string_view text : {"processed 1234567890 bytes", "delta +1234567890 ns", "at +02:00", "read 4111111111111111 bytes",
                                      "size=4111111111111111", "phone 7 offline", "intel 12345678", "mobile 10.20.30.40",
                                      "DE89370400440532013001", "tel 2026-11-20 10:00", "order 4111111111111111"})
    expect_untouched(text);
}

TEST_CASE("redact: stored passwords are masked, digests of other things are not", "[redact]") {
  expect("bob:$6$abc$" + filler(86) + ":19000:0", "bob:[masked:hash]:19000:0");
  expect("hash $argon2id$v=19$m=65536,t=3,p=4$" + filler(22) + "$" + filler(43), "hash [masked:hash]");
  expect("{SSHA}" + filler(32), "[masked:hash]");
  expect("pbkdf2_sha256$260000$" + filler(12) + "$" + filler(43) + "=", "[masked:hash]");
  for (const std::string_view text : {"sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "price $5$ and $6", "echo $1$2"})
    expect_untouched(text);
}

TEST_CASE("redact: prefixes of makers, with letters or hexadecimal digits behind them", "[redact]") {
  const std::string hex = made("0f9a8b7c6d5e4f3a", "2b1c0d9e8f7a6b5c");
  for (const std::string& key : {made("gsk", "_") + filler(40), made("xai", "-") + filler(60), made("key", "-") + hex, made("S", "K") + hex,
                                 made("dapi", "") + hex, made("sk-or", "-v1-") + hex + hex, made("lin", "_api_") + filler(40),
                                 made("glrt", "-") + filler(20), made("xoxd", "-") + filler(30), made("dckr", "_pat_") + filler(27),
                                 made("rubygems", "_") + hex + "0123456789abcdef", made("token", "-") + hex}) {
    expect("use " + key + " here", "use [masked:key] here");
  }
  for (const std::string_view text :
       {"sk-learn 1.5.0", "xoxo party", "AKIANA island", "eyJ is no token", "key-value store", "secret_name=shop"})
    expect_untouched(text);
}

TEST_CASE("redact: certificates, public keys, entity tags and names in base58 are not secrets", "[redact]") {
  const std::string base58 = "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW";
  expect_untouched(
      "-----BEGIN "
      "CERTIFICATE-----\n" +
      made("MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhk", "iG9w0BAQUFADBaMQswCQYDVQQGEwJJ") + "\n-----END CERTIFICATE-----");
  expect_untouched("ssh-rsa " + made("AAAAB3NzaC1yc2EAAAADAQABAAABgQDq7Rt2LmX9cVb", "4Kz8WpY1sHd6TfG3uJ5n") + " bob@laptop");
  expect_untouched("ETag: W/\"" + made("q7Rt2LmX9cVb4Kz8", "WpY1sHd6TfG3uJ5n") + "\"");
  expect_untouched("tx " + base58);
  expect_untouched("peer 12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
  expect_untouched("cid QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG");
  expect(
      "a -----BEGIN "
      "EC PRIVATE KEY-----" +
          filler(30) +
          "-----END "
          "EC PRIVATE KEY----- b",
      "a [masked:pem] b");
  expect("a\n" + filler(40) +
             "\n-----END "
             "RSA PRIVATE KEY-----\nb",
         "a\n[masked:pem]\nb");
}

TEST_CASE("redact: a value is judged by its key, lines together", "[redact]") {
  RedactionCounts counts;
  const auto value = [&](std::string_view key, std::string_view text) {
    std::string out;
    return redact_value_into(key, text, out, counts) ? out : std::string{text};
  };
  CHECK(value("db.password", "dragon bird") == "[masked]");
  CHECK(value("env.DB_PASSWORD", "x y") == "[masked]");
  CHECK(value("http.request.headers.authorization", "Bearer abc.def") == "Bearer [masked]");
  CHECK(value("headers.cookie", "sid=1; b=2") == "[masked]");
  CHECK(value("message", "password=x1") == "password=[masked]");
  CHECK(value("password_length", "12") == "12");
  CHECK(value("token_type", "bearer") == "bearer");
  CHECK(value("credentials.db", "geheim") == "[masked]");
  CHECK(value("app.secrets.db.a", "geheim") == "[masked]");
  CHECK(value("credentials.db.user", "bob") == "bob");
  CHECK(value("secrets.count", "17") == "17");
  CHECK(is_named_by("env.value", "env.name", "DB_PASSWORD"));
  CHECK_FALSE(is_named_by("env.value", "other.name", "DB_PASSWORD"));
  CHECK_FALSE(is_named_by("env.value", "env.name", "DB_HOST"));

  std::vector<std::string> lines{"a",
                                 "-----BEGIN "
                                 "PRIVATE KEY-----",
                                 filler(64),
                                 "QUJD",
                                 "-----END "
                                 "PRIVATE KEY-----",
                                 "b"};
  redact_lines(lines, counts);
  CHECK(lines == std::vector<std::string>{"a", "[masked:pem]", "[masked:pem]", "[masked:pem]", "[masked:pem]", "b"});
  const std::string text = "login password=geheim failed";
  CHECK(redact_part(text, 0, 18, counts) == "login password=[masked]");
  CHECK(redact_part(text, 17, 28, counts) == "[masked] failed");
  CHECK(redact_part(text, 22, 28, counts) == "failed");
}
