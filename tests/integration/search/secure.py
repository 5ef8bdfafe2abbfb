"""`loglode` against a server with security and TLS, of its own: certificates, passwords, keys and what a role lacks are told by `check --connect`; with exactly the role of
docs/ it sets nothing up, runs, looks up and verifies; secrets change while it runs.
Only in ./check deep (LOGLODE_RANDOM_SEEDS): a restart of the server under load.
"""
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

from delivery import Program, check, line, wait_until
from server import ROOT, SearchServer

PASSWORD = "Secret-17-words"
STREAM = "logs-loglode-default"
LINES = 300


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_ca(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}-key.pem", "-out", f"{name}.pem")


def sign(folder, name, *more):
    """A certificate of `localhost` alone, of the CA `ca`. A negative number of days is refused by some openssl: one that has expired is said by its end."""
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-keyout", f"{name}-key.pem", "-out", f"{name}.csr")
    with open(os.path.join(folder, "extensions"), "w", encoding="utf-8") as out:
        out.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n")
    if not more:
        return openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "30", "-out", f"{name}.pem",
                       "-extfile", "extensions")
    open(os.path.join(folder, "index.txt"), "w", encoding="utf-8").close()
    with open(os.path.join(folder, "ca.cnf"), "w", encoding="utf-8") as out:
        out.write("[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
    return openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca-key.pem", "-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "extensions",
                   *more)


class Listener:
    """Speaks TLS with a certificate, and hangs up."""

    def __init__(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, args=(context,), daemon=True).start()

    def serve(self, context):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                pass


def role_of_docs(product):
    with open(os.path.join(ROOT, "docs", f"{product}-role.json"), encoding="utf-8") as file:
        return json.load(file)


class Elasticsearch:
    def __init__(self, server, config):
        self.server, self.config, self.number = server, config, 0

    def access(self, role, expiration=None):
        """What a sink says to be somebody who may do just that."""
        self.number += 1
        made = self.server.ask("POST", "/_security/api_key", {"name": f"k{self.number}", "role_descriptors": role, **({"expiration": expiration} if expiration else {})})
        self.last = made["id"]
        return f"api_key: {made['encoded']}", made["encoded"]

    def revoke(self, identity):
        self.server.ask("DELETE", "/_security/api_key", {"ids": [identity]})

    @staticmethod
    def without_one(role):
        """(the role less one privilege, that privilege), for each."""
        inner = role["loglode"]
        yield {"loglode": {**inner, "cluster": []}}, "cluster privilege indices:admin/index_template/get"
        for place, of in enumerate(inner["indices"]):
            for privilege in of["privileges"]:
                indices = [dict(each) for each in inner["indices"]]
                indices[place]["privileges"] = [each for each in of["privileges"] if each != privilege]
                yield {"loglode": {**inner, "indices": indices}}, f"index privilege {privilege} on "


class Opensearch:
    def __init__(self, server, config):
        self.server, self.config, self.number = server, config, 0

    def access(self, role, expiration=None):
        self.number += 1
        name, api = f"u{self.number}", "/_plugins/_security/api"
        self.server.ask("PUT", f"{api}/roles/{name}", role)
        self.server.ask("PUT", f"{api}/internalusers/{name}", {"password": PASSWORD})
        self.server.ask("PUT", f"{api}/rolesmapping/{name}", {"users": [name]})
        return f"user: {name}, password: {PASSWORD}", name

    @staticmethod
    def without_one(role):
        for permission, told in (("indices:admin/index_template/get", "indices:admin/index_template/get"), ("indices:data/write/bulk", "indices:data/write/bulk")):
            yield {**role, "cluster_permissions": [each for each in role["cluster_permissions"] if each != permission]}, f"permission {told}: "
        for permission, told in (("write", "indices:data/write/index"), ("get", "indices:data/read/get"), ("indices:monitor/settings/get", "indices:monitor/settings/get")):
            own, *others = role["index_permissions"]
            less = {**own, "allowed_actions": [each for each in own["allowed_actions"] if each != permission]}
            yield {**role, "index_permissions": [less, *others]}, f"permission {told} on "


def tried(program, url, access):
    """`check --connect` with that access."""
    with open(os.path.join(program.folder, "c.yaml"), encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split("urls: [", 1)
    _, after = rest.split("what: [", 1)
    with open(os.path.join(program.folder, "tried.yaml"), "w", encoding="utf-8") as out:
        out.write(f"{before}urls: ['{url}'], {access}, what: [{after}")
    done = program.call("check", "tried.yaml", "--connect")
    return done.returncode, done.stdout + done.stderr


def certificates_and_credentials(server, program, config, who, tls):
    """One row each: where, who we say to be, what is told; nothing: all is well."""
    password = f"user: {server.user}, password: {PASSWORD}"
    expired = Listener(os.path.join(config, "expired.pem"), os.path.join(config, "expired-key.pem"))
    rows = [("own CA, our certificate, password", server.url, f"{password}, {tls}", ""),
            ("a CA that did not sign it", server.url, f"{password}, {tls.replace('/ca.pem', '/other.pem')}", "nobody whom we trust signed its certificate"),
            ("no CA", server.url, f"{password}", "nobody whom we trust signed its certificate"),
            ("an expired certificate", f"https://localhost:{expired.port}", f"{password}, {tls}", "the server needs a new certificate"),
            ("a wrong password", server.url, f"user: {server.user}, password: wrong, {tls}", "it does not know us"),
            ("nobody", server.url, tls, "it does not know us"),
            ("http:// at a TLS port", server.url.replace("https", "http"), password, "https://"),
            ("another name", server.url.replace("localhost", "127.0.0.1"), f"{password}, {tls}", "use the name of the certificate"),
            ("another name, verify: certificate", server.url.replace("localhost", "127.0.0.1"), f"{password}, {tls.replace('ca:', 'verify: certificate, ca:')}", "")]
    if server.product == "elasticsearch":
        rows += [("no certificate of ours", server.url, f"{password}, tls: {{ ca: {config}/ca.pem }}", "tls.certificate")]
        role = role_of_docs("elasticsearch")
        late, _ = who.access(role, "1s")
        gone, _ = who.access(role)
        who.revoke(who.last)
        time.sleep(1.1)
        rows += [("an expired key", server.url, f"{late}, {tls}", "the key has expired"), ("an invalidated key", server.url, f"{gone}, {tls}", "the key was invalidated")]
    for name, url, access, told in rows:
        status, said = tried(program, url, access)
        check(name, status == (2 if told else 0) and told in said, (status, said))
        check(f"{name}: no secret is told", PASSWORD not in said and "wrong" not in said.replace("wrong version", ""), said)
    expired.socket.close()


def roles(server, program, who, tls):
    role = role_of_docs(server.product)
    access, _ = who.access(role)
    status, said = tried(program, server.url, f"{access}, {tls}")
    check("the role of the docs lacks nothing", status == 0 and "lacks" not in said, said)
    for less, told in who.without_one(role):
        access, _ = who.access(less)
        status, said = tried(program, server.url, f"{access}, {tls}")
        check(f"it is told that this is lacking: {told}", status == 2 and told in said, said)


def write_lines(folder, begin, end):
    with open(os.path.join(folder, "logs", "shop.log"), "a", encoding="utf-8") as log:
        log.writelines(line(number, 1) + "\n" for number in range(begin, end))


def run_by_role(server, program, who, tls):
    """Only what the role of the docs allows: records, events and look-ups; the receipt; other secrets while it runs."""
    access, secret = who.access(role_of_docs(server.product))
    by_key = server.product == "elasticsearch"
    first = who.last if by_key else None
    key_file = os.path.join(program.folder, "key")

    def put_key(text):
        with open(key_file, "w", encoding="utf-8") as out:
            out.write(text)

    put_key(secret)
    if by_key:
        access = "api_key: '${file:key}'"
    program.write(f"{access}, {tls},")
    write_lines(program.folder, 2900, 2900 + LINES)
    program.start()
    wait_until("all is stored", lambda: server.count(STREAM) == LINES)
    total = LINES
    if by_key:
        put_key(who.access(role_of_docs("elasticsearch"))[1])
        second = who.last
        who.revoke(first)
        write_lines(program.folder, 3200, 3210)
        total += 10
        wait_until("the key is read again after a 401", lambda: server.count(STREAM) == total)
        put_key(who.access(role_of_docs("elasticsearch"))[1])
        program.process.send_signal(signal.SIGHUP)
        wait_until("SIGHUP", lambda: "reloaded" in program.log(), 20)
        time.sleep(1.5)  # its thread looks once a second
        put_key("wrong")
        who.revoke(second)
        write_lines(program.folder, 3210, 3220)
        total += 10
        wait_until("the key was read again at SIGHUP", lambda: server.count(STREAM) == total)
        put_key(who.access(role_of_docs("elasticsearch"))[1])
    if os.environ.get("LOGLODE_RANDOM_SEEDS"):
        server.kill()
        write_lines(program.folder, 3220, 3320)
        total += 100
        server.start()
        wait_until("a restarted server takes documents", lambda: server.count(STREAM) == total)
    check("SIGTERM ends it", program.kill(signal.SIGTERM) == 143, program.log()[-500:])
    check("no secret is told", PASSWORD not in program.log() and secret not in program.log())
    kinds = {each["_index"].split("-")[1] for each in server.documents("loglode-*")}
    check("events are in their indices", {"templates", "findings", "incidents"} <= kinds, kinds)
    os.rename(os.path.join(program.folder, "state"), os.path.join(program.folder, "state before"))
    server.ask("POST", f"/{STREAM}/_rollover")
    program.start()
    time.sleep(3)
    check("SIGTERM ends it", program.kill(signal.SIGTERM) == 143, program.log()[-500:])
    check("behind a rollover what is there is found", server.count(STREAM) == total and "rejected" not in program.log(), program.log()[-800:])
    check("the look-up may look", "privilege" not in program.log(), program.log()[-800:])
    receipt = program.call("verify", "c.yaml")
    check("verify", receipt.returncode == 0 and f"{total} stored" in receipt.stdout, receipt)
    plan = program.call("setup", "elasticsearch", "c.yaml")
    check("setup may look", plan.returncode == 0 and plan.stdout.count("is there") == 2, plan)
    with open(os.path.join(program.folder, "c.yaml"), encoding="utf-8") as file:
        other = file.read().replace("urls:", "shards: 2, urls:")
    with open(os.path.join(program.folder, "other.yaml"), "w", encoding="utf-8") as out:
        out.write(other)
    refused = program.call("setup", "elasticsearch", "other.yaml", "--yes")
    check("and not change", refused.returncode != 0 and "manage_index_templates" in refused.stderr, refused)


def run(shared, binary, folder):
    os.makedirs(os.path.join(folder, "logs"))
    elastic = shared.product == "elasticsearch"
    more = ["xpack.security.http.ssl.client_authentication=required", "xpack.security.http.ssl.certificate_authorities=ca.pem"] if elastic else []
    server = SearchServer(os.path.join(folder, "server"), shared.product, shared.version, more, PASSWORD, tls=True)
    config = os.path.join(server.data, "config")
    os.makedirs(config, mode=0o700)
    for name in ("ca", "other"):
        make_ca(config, name)
    sign(config, "node")
    sign(config, "ours")
    sign(config, "expired", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    if elastic:
        server.certificate = os.path.join(config, "ours.pem"), os.path.join(config, "ours-key.pem")
    tls = f"tls: {{ ca: {config}/ca.pem, certificate: {config}/ours.pem, key: {config}/ours-key.pem }}"
    server.start()
    try:
        program = Program(os.path.abspath(binary), folder, server)
        program.write(f"user: {server.user}, password: {PASSWORD}, {tls},")
        done = program.call("setup", "elasticsearch", "c.yaml", "--yes")
        check("setup by an administrator", done.returncode == 0 and "2 changes made" in done.stdout, done)
        who = (Elasticsearch if elastic else Opensearch)(server, config)
        certificates_and_credentials(server, program, config, who, tls)
        roles(server, program, who, tls)
        run_by_role(server, program, who, tls)
    finally:
        server.kill()
