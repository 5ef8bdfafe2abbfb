// Messages as common systems write them, and the template each must have: approved by eye. Written for this test; addresses and names are
// made up.
#include <catch2/catch.hpp>
#include <string_view>
#include <vector>

#include "patterns/mining/template_miner.h"

using namespace loglode;

namespace {

struct Golden {
  std::string_view message, text;
};

/// All messages are learned before any template is looked at.
void expect(const std::vector<Golden>& golden) {
  RunCounters counters;
  TemplateMiner miner{{}, counters};
  std::vector<ShapeId> shapes;
  for (const Golden& line : golden) shapes.push_back(miner.learn(line.message, Severity::info));
  const TemplateCatalog catalog = miner.derive_templates();
  for (std::size_t i = 0; i < golden.size(); ++i) {
    INFO(golden[i].message);
    CHECK(catalog.of(shapes[i]).text == golden[i].text);
  }
}

}  // namespace

TEST_CASE("golden: messages of OpenSSH", "[mining]") {
  expect({
      {"Failed password for root from 203.0.113.10 port 42393 ssh2", "Failed password for <*> from <*> port <*> ssh2"},
      {"Failed password for invalid user postmaster from 203.0.113.11 port 38926 ssh2",
       "Failed password for invalid user <*> from <*> port <*> ssh2"},
      {"Failed password for uucp from 203.0.113.12 port 47068 ssh2", "Failed password for <*> from <*> port <*> ssh2"},
      {"Failed password for ftp from 203.0.113.13 port 40652 ssh2", "Failed password for <*> from <*> port <*> ssh2"},
      {"Failed password for git from 203.0.113.14 port 36279 ssh2", "Failed password for <*> from <*> port <*> ssh2"},
      {"Invalid user postmaster from 203.0.113.11", "Invalid user <*> from <*>"},
      {"Invalid user  from 203.0.113.15", "Invalid user from <*>"},
      {"Invalid user 0 from 203.0.113.16", "Invalid user <*> from <*>"},
      {"input_userauth_request: invalid user postmaster [preauth]", "input_userauth_request: invalid user <*> [preauth]"},
      {"pam_unix(sshd:auth): check pass; user unknown", "pam_unix(sshd:auth): check pass; user unknown"},
      {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.11 ",
       "pam_unix(sshd:auth): authentication failure; logname= uid=<*> euid=<*> tty=ssh ruser= rhost=<*>"},
      {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.12  user=root",
       "pam_unix(sshd:auth): authentication failure; logname= uid=<*> euid=<*> tty=ssh ruser= rhost=<*> user=root"},
      {"PAM 4 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.12  user=root",
       "PAM <*> more authentication failures; logname= uid=<*> euid=<*> tty=ssh ruser= rhost=<*> user=root"},
      {"PAM 1 more authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.12",
       "PAM <*> more authentication failure; logname= uid=<*> euid=<*> tty=ssh ruser= rhost=<*>"},
      {"reverse mapping checking getaddrinfo for ns.example.com [203.0.113.11] failed - POSSIBLE BREAK-IN ATTEMPT!",
       "reverse mapping checking getaddrinfo for <*> [<*>] failed - POSSIBLE BREAK-IN ATTEMPT!"},
      {"reverse mapping checking getaddrinfo for 203-0-113-12.user.example.com.br [203.0.113.17] failed - POSSIBLE BREAK-IN ATTEMPT!",
       "reverse mapping checking getaddrinfo for <*> [<*>] failed - POSSIBLE BREAK-IN ATTEMPT!"},
      {"Connection closed by 203.0.113.11 [preauth]", "Connection closed by <*> [preauth]"},
      {"Received disconnect from 203.0.113.12: 11: Bye Bye [preauth]", "Received disconnect from <*>: <*>: Bye Bye [preauth]"},
      {"Received disconnect from 203.0.113.18: 3: com.jcraft.jsch.JSchException: Auth fail [preauth]",
       "Received disconnect from <*>: <*>: com.jcraft.jsch.JSchException: Auth fail [preauth]"},
      {"error: Received disconnect from 203.0.113.19: 14: No more user authentication methods available. [preauth]",
       "error: Received disconnect from <*>: <*>: No more user authentication methods available. [preauth]"},
      {"Disconnecting: Too many authentication failures for root [preauth]",
       "Disconnecting: Too many authentication failures for root [preauth]"},
      {"Disconnecting: Too many authentication failures for admin [preauth]",
       "Disconnecting: Too many authentication failures for admin [preauth]"},
      {"Did not receive identification string from 203.0.113.13", "Did not receive identification string from <*>"},
      {"message repeated 5 times: [ Failed password for root from 203.0.113.20 port 33498 ssh2]",
       "message repeated <*> times: [ Failed password for root from <*> port <*> ssh2]"},
      {"Accepted password for carol from 203.0.113.21 port 49116 ssh2", "Accepted password for carol from <*> port <*> ssh2"},
      {"pam_unix(sshd:session): session opened for user carol by (uid=0)",
       "pam_unix(sshd:session): session opened for user <*> by (uid=<*>)"},
      {"PAM service(sshd) ignoring max retries; 6 > 3", "PAM service(sshd) ignoring max retries; <*> > <*>"},
      {"fatal: Write failed: Connection reset by peer [preauth]", "fatal: Write failed: Connection reset by peer [preauth]"},
      {"Bad protocol version identification 'GET / HTTP/1.1' from 203.0.113.22 port 53529",
       "Bad protocol version identification 'GET <*>' from <*> port <*>"},
      {"Bad packet length 1349676916. [preauth]", "Bad packet length <*>. [preauth]"},
      {"subsystem request for sftp by user carol", "subsystem request for sftp by user carol"},
  });
}

TEST_CASE("golden: messages of Spark executors", "[mining]") {
  expect({
      {"Registered signal handlers for [TERM, HUP, INT]", "Registered signal handlers for [TERM, HUP, INT]"},
      {"Changing view acls to: yarn,dave", "Changing view acls to: yarn,dave"},
      {"SedavetyManager: authentication disabled; ui acls disabled; users with view permissions: Set(yarn, dave); users with modify "
       "permissions: Set(yarn, dave)",
       "SedavetyManager: authentication disabled; ui acls disabled; users with view permissions: Set(yarn, dave); users with modify "
       "permissions: Set(yarn, dave)"},
      {"Slf4jLogger started", "Slf4jLogger started"},
      {"Starting remoting", "Starting remoting"},
      {"Remoting started; listening on addresses :[akka.tcp://sparkExecutorActorSystem@mesos-agent-07:55904]",
       "Remoting started; listening on addresses :[<*>]"},
      {"Successfully started service 'sparkExecutorActorSystem' on port 55904.",
       "Successfully started service 'sparkExecutorActorSystem' on port <*>."},
      {"Created local directory at "
       "/opt/hdfs/nodemanager/usercache/dave/appcache/application_1485248649253_0147/blockmgr-70293f72-844a-4b39-9ad6-fb0ad7e364e4",
       "Created local directory at <*>"},
      {"MemoryStore started with capacity 17.7 GB", "MemoryStore started with capacity <*> GB"},
      {"Connecting to driver: spark://CoarseGrainedScheduler@10.10.34.11:48069", "Connecting to driver: <*>"},
      {"Starting executor ID 5 on host mesos-agent-07", "Starting executor ID <*> on host <*>"},
      {"Server created on 40984", "Server created on <*>"},
      {"Registering BlockManager", "Registering BlockManager"},
      {"Got assigned task 0", "Got assigned task <*>"},
      {"Running task 0.0 in stage 0.0 (TID 0)", "Running task <*> in stage <*> (TID <*>)"},
      {"Running task 22.0 in stage 1.0 (TID 37)", "Running task <*> in stage <*> (TID <*>)"},
      {"Started reading broadcast variable 9", "Started reading broadcast variable <*>"},
      {"Block broadcast_9_piece0 stored as bytes in memory (estimated size 5.2 KB, free 5.2 KB)",
       "Block <*> stored as bytes in memory (estimated size <*> KB, free <*> KB)"},
      {"Block broadcast_9 stored as values in memory (estimated size 8.8 KB, free 14.0 KB)",
       "Block <*> stored as values in memory (estimated size <*> KB, free <*> KB)"},
      {"Reading broadcast variable 9 took 160 ms", "Reading broadcast variable <*> took <*> ms"},
      {"Found block rdd_2_1 locally", "Found block <*> locally"},
      {"Input split: hdfs://10.10.34.11:9000/logs/sample.log:21876+7292", "Input split: <*>"},
      {"Finished task 0.0 in stage 0.0 (TID 0). 2703 bytes result sent to driver",
       "Finished task <*> in stage <*> (TID <*>). <*> bytes result sent to driver"},
      {"mapred.tip.id is deprecated. Instead, use mapreduce.task.id", "mapred.tip.id is deprecated. Instead, use mapreduce.task.id"},
      {"mapred.task.id is deprecated. Instead, use mapreduce.task.attempt.id",
       "mapred.task.id is deprecated. Instead, use mapreduce.task.attempt.id"},
      {"Times: total = 41, boot = 8, init = 33, finish = 0", "Times: total = <*>, boot = <*>, init = <*>, finish = <*>"},
      {"attempt_201706092018_0024_m_000000_1138: Committed", "<*>: Committed"},
      {R"~(Loaded Servicing Stack v6.1.7601.23505 with Core: C:\Windows\winsxs\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_6.1.7601.23505_none_681aa442f6fed7f0\cbscore.dll)~",
       "Loaded Servicing Stack <*> with Core: <*>"},
      {"SQM: Initializing online with Windows opt-in: False", "SQM: Initializing online with Windows opt-in: <*>"},
      {"SQM: Cleaning up report files older than 10 days.", "SQM: Cleaning up report files older than <*> days."},
  });
}

TEST_CASE("golden: messages of Windows servicing", "[mining]") {
  expect({
      {"SQM: Requesting upload of all unsent reports.", "SQM: Requesting upload of all unsent reports."},
      {R"~(SQM: Failed to start upload with file pattern: C:\Windows\servicing\sqm\*_std.sqm, flags: 0x2 [HRESULT = 0x80004005 - E_FAIL])~",
       "SQM: Failed to start upload with file pattern: <*>, flags: <*> [HRESULT = <*> - E_FAIL]"},
      {R"~(SQM: Queued 0 file(s) for upload with pattern: C:\Windows\servicing\sqm\*_all.sqm, flags: 0x6)~",
       "SQM: Queued <*> file(s) for upload with pattern: <*>, flags: <*>"},
      {"Session: 30546173_4261722401 initialized by client WindowsUpdateAgent.", "Session: <*> initialized by client WindowsUpdateAgent."},
      {"Session: 30546354_3291260541 initialized by client SPP.", "Session: <*> initialized by client SPP."},
      {"Read out cached package applicability for package: Package_for_KB1234567~31bf3856ad364e35~amd64~~6.1.1.2, ApplicableState: 112, "
       "CurrentState:112",
       "Read out cached package applicability for package: <*>, ApplicableState: <*>, CurrentState:<*>"},
      {"00000002 Created NT transaction (seq 1) result 0x00000000, handle @0x214",
       "<*> Created NT transaction (seq <*>) result <*>, handle @<*>"},
      {"00000003@2016/9/28:04:30:31.455 CSI perf trace:", "<*> CSI perf trace:"},
      {"Warning: Unrecognized packageExtended attribute.", "Warning: Unrecognized packageExtended attribute."},
      {"Expecting attribute name [HRESULT = 0x800f080d - CBS_E_MANIFEST_INVALID_ITEM]",
       "Expecting attribute name [HRESULT = <*> - CBS_E_MANIFEST_INVALID_ITEM]"},
      {"Failed to get next element [HRESULT = 0x800f080d - CBS_E_MANIFEST_INVALID_ITEM]",
       "Failed to get next element [HRESULT = <*> - CBS_E_MANIFEST_INVALID_ITEM]"},
      {"NonStart: Set pending store consistency check.", "NonStart: Set pending store consistency check."},
      {"Idle processing thread terminated normally", "Idle processing thread terminated normally"},
      {"Ending TrustedInstaller finalization.", "Ending TrustedInstaller finalization."},
      {"Startup processing thread terminated normally", "Startup processing thread terminated normally"},
      {"TrustedInstaller service starts successfully.", "TrustedInstaller service starts successfully."},
      {R"~(acquire lock=23357, flags=0x1, tag="View Lock", name=com.android.systemui, ws=null, uid=10042, pid=2227)~",
       R"~(acquire lock=<*>, flags=<*>, tag="View Lock", name=com.android.systemui, ws=<*>, uid=<*>, pid=<*>)~"},
      {R"~(acquire lock=18966, flags=0x1, tag="*launch*", name=android, ws=WorkSource{10113}, uid=1000, pid=2227)~",
       R"~(acquire lock=<*>, flags=<*>, tag="*launch*", name=android, ws=WorkSource{<*>}, uid=<*>, pid=<*>)~"},
      {R"~(release lock=23357, flg=0x0, tag="View Lock", name=com.android.systemui", ws=null, uid=10042, pid=2227)~",
       R"~(release lock=<*>, flg=<*>, tag="View Lock", name=com.android.systemui", ws=<*>, uid=<*>, pid=<*>)~"},
      {"printFreezingDisplayLogsopening app wtoken = AppWindowToken{9f4ef63 token=Token{a64f992 ActivityRecord{de9231d u0 "
       "com.example.app.reader/.activity.info.NewsDetailXmlActivity t761}}}, allDrawn= false, startingDisplayed =  false, startingMoved =  "
       "false, isRelaunching =  false",
       "printFreezingDisplayLogsopening app wtoken = AppWindowToken{<*> token=Token{<*> ActivityRecord{<*> u0 "
       "com.example.app.reader/.activity.info.NewsDetailXmlActivity <*>}}}, allDrawn= <*>, startingDisplayed = <*>, startingMoved = <*>, "
       "isRelaunching = <*>"},
  });
}

TEST_CASE("golden: messages of Android", "[mining]") {
  expect({
      {"Skipping AppWindowToken{df0798e token=Token{78af589 ActivityRecord{3b04890 u0 "
       "com.example.app.reader/com.example.video.player.activity.PlayerActivity t761}}} -- going to hide",
       "Skipping AppWindowToken{<*> token=Token{<*> ActivityRecord{<*> u0 "
       "com.example.app.reader/com.example.video.player.activity.PlayerActivity <*>}}} -- going to hide"},
      {"isLocationEnabledForUser 0 enabled? true", "isLocationEnabledForUser <*> enabled? <*>"},
      {"setSystemUiVisibility vis=0 mask=1 oldVal=40000500 newVal=40000500 diff=0 fullscreenStackVis=0 dockedStackVis=0, "
       "fullscreenStackBounds=Rect(0, 0 - 0, 0), dockedStackBounds=Rect(0, 0 - 0, 0)",
       "setSystemUiVisibility vis=<*> mask=<*> oldVal=<*> newVal=<*> diff=<*> fullscreenStackVis=<*> dockedStackVis=<*>, "
       "fullscreenStackBounds=Rect(<*>, <*> - <*>, <*>), dockedStackBounds=Rect(<*>, <*> - <*>, <*>)"},
      {"notifyUiVisibilityChanged:vis=0x40000500, SystemUiVisibility=0x40000500",
       "notifyUiVisibilityChanged:vis=<*>, SystemUiVisibility=<*>"},
      {"getRunningAppProcesses: caller 10111 does not hold REAL_GET_TASKS; limiting output",
       "getRunningAppProcesses: caller <*> does not hold REAL_GET_TASKS; limiting output"},
      {"getTasks: caller 10111 does not hold REAL_GET_TASKS; limiting output",
       "getTasks: caller <*> does not hold REAL_GET_TASKS; limiting output"},
      {"visible is system.call.count gt 0", "visible is system.call.count gt <*>"},
      {"HBM brightnessIn =38", "HBM brightnessIn =<*>"},
      {"HBM brightnessOut =38", "HBM brightnessOut =<*>"},
      {"Animating brightness: target=21, rate=40", "Animating brightness: target=<*>, rate=<*>"},
      {"startAnimation begin", "startAnimation begin"},
      {"Bad activity token: android.os.BinderProxy@a2ed3a5", "Bad activity token: android.os.BinderProxy@<*>"},
      {"interceptKeyTq keycode=25 interactive=false keyguardActive=true policyFlags=2000000",
       "interceptKeyTq keycode=<*> interactive=<*> keyguardActive=<*> policyFlags=<*>"},
      {"boot (command 1903) Error: node node-148 detected fault", "boot (command <*>) Error: node node-<*> detected fault"},
      {R"~(Component State Change: Component \042alt0\042 is in the unavailable state (HWID=3180))~",
       "Component State Change: Component <*> is in the unavailable state (HWID=<*>)"},
      {R"~(Component State Change: Component \042SCSI-WWID:01000010:6005-08b4-0001-00c6-0006-3000-003d-0000\042 is in the unavailable state (HWID=2687))~",
       "Component State Change: Component <*> is in the unavailable state (HWID=<*>)"},
      {"Targeting domains:node-D1 and nodes:node-32 child of command 2064",
       "Targeting domains:node-D1 and nodes:node-<*> child of command <*>"},
      {"PSU status ( on on )", "PSU status ( on on )"},
      {"PSU status ( off on )", "PSU status ( off on )"},
  });
}

TEST_CASE("golden: messages of clusters", "[mining]") {
  expect({
      {"ambient=28", "ambient=<*>"},
      {"Temperature (35C) exceeds warning threshold", "Temperature (<*>) exceeds warning threshold"},
      {"ServerFileSystem domain storage512 is full", "ServerFileSystem domain <*> is full"},
      {"ServerFileSystem: An ServerFileSystem domain panic has occurred on storage512",
       "ServerFileSystem: An ServerFileSystem domain panic has occurred on <*>"},
      {"ServerFileSystem: ServerFileSystem domain storage512 is full", "ServerFileSystem: ServerFileSystem domain <*> is full"},
      {"Link error on broadcast tree Interconnect-0T00:00:0:0", "Link error on broadcast tree <*>"},
      {"Linkerror event interval expired", "Linkerror event interval expired"},
      {"node-109 has detected an available network connection on network 203.0.113.23 via interface alt0",
       "node-<*> has detected an available network connection on network <*> via interface alt0"},
      {"ClusterFileSystem: There is no server for ServerFileSystem domain storage512",
       "ClusterFileSystem: There is no server for ServerFileSystem domain <*>"},
      {"network interface alt0 has changed from up to down", "network interface alt0 has changed from up to down"},
      {"risBoot command ERROR", "risBoot command ERROR"},
      {"0x63c0000000000000", "<*>"},
      {"Lustre mount FAILED : ionode78 : point /p/scratch", "Lustre mount FAILED : ionode78 : point <*>"},
  });
}

TEST_CASE("golden: messages of nginx", "[mining]") {
  expect({
      {R"~(open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory), client: 10.1.2.3, server: example.com, request: "GET /favicon.ico HTTP/1.1", host: "example.com")~",
       R"~(open() "<*>" failed (<*>: No such file or directory), client: <*>, server: <*>, request: "GET <*>", host: "<*>")~"},
      {R"~(upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.5, server: _, request: "POST /api/v1/orders?id=5 HTTP/1.1", upstream: "http://10.0.0.9:8080/api", host: "shop.example.com")~",
       R"~(upstream timed out (<*>: Connection timed out) while reading response header from upstream, client: <*>, server: _, request: "POST <*>", upstream: "<*>", host: "<*>")~"},
      {R"~(connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.5, server: api.example.com, request: "GET /x HTTP/2.0", upstream: "http://127.0.0.1:9000/", host: "api")~",
       R"~(connect() failed (<*>: Connection refused) while connecting to upstream, client: <*>, server: <*>, request: "GET <*>", upstream: "<*>", host: "api")~"},
      {"*45 client intended to send too large body: 1048577 bytes, client: 192.168.0.7",
       "<*> client intended to send too large body: <*> bytes, client: <*>"},
  });
}

TEST_CASE("golden: messages of the kernel", "[mining]") {
  expect({
      {"Out of memory: Killed process 12345 (java) total-vm:8123456kB, anon-rss:4123456kB, file-rss:0kB, shmem-rss:0kB, UID:1000 "
       "pgtables:9876kB oom_score_adj:0",
       "Out of memory: Killed process <*> (java) total-vm:<*>, anon-rss:<*>, file-rss:<*>, shmem-rss:<*>, UID:<*> pgtables:<*> "
       "oom_score_adj:<*>"},
      {"Out of memory: Killed process 333 (mysqld) total-vm:8123456kB, anon-rss:4123456kB, file-rss:0kB, shmem-rss:0kB, UID:1000 "
       "pgtables:9876kB oom_score_adj:0",
       "Out of memory: Killed process <*> (mysqld) total-vm:<*>, anon-rss:<*>, file-rss:<*>, shmem-rss:<*>, UID:<*> pgtables:<*> "
       "oom_score_adj:<*>"},
      {"EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: (null)",
       "EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: (<*>)"},
      {"EXT4-fs (sdb2): mounted filesystem with ordered data mode. Opts: errors=remount-ro",
       "EXT4-fs (sdb2): mounted filesystem with ordered data mode. Opts: errors=remount-ro"},
      {"eth0: Link is Up - 1Gbps/Full - flow control rx/tx", "eth0: Link is Up - <*> - flow control rx/tx"},
      {"usb 1-1.2: new high-speed USB device number 5 using xhci_hcd", "usb <*>: new high-speed USB device number <*> using xhci_hcd"},
      {"INFO: task kworker/u8:2:123 blocked for more than 120 seconds.", "INFO: task kworker/u8:<*> blocked for more than <*> seconds."},
      {"TCP: request_sock_TCP: Possible SYN flooding on port 80. Sending cookies.",
       "TCP: request_sock_TCP: Possible SYN flooding on port <*>. Sending cookies."},
      {"[UFW BLOCK] IN=eth0 OUT= MAC=00:16:3e:5e:6c:00:00:16:3e:5e:6c:01:08:00 SRC=203.0.113.24 DST=203.0.113.25 LEN=40 TOS=0x00 PREC=0x00 "
       "TTL=245 "
       "ID=54321 PROTO=TCP SPT=45678 DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0",
       "[UFW BLOCK] IN=eth0 OUT= MAC=<*> SRC=<*> DST=<*> LEN=<*> TOS=<*> PREC=<*> TTL=<*> ID=<*> PROTO=TCP SPT=<*> DPT=<*> WINDOW=<*> "
       "RES=<*> SYN URGP=<*>"},
  });
}

TEST_CASE("golden: messages of kubelet", "[mining]") {
  expect({
      {R"~(SyncLoop (ADD, "api"): "nginx-7d8b49557c-x2k4p_default(5f3b2c1a-1111-2222-3333-444455556666)")~",
       R"~(SyncLoop (ADD, "api"): "<*>(<*>)")~"},
      {R"~(Back-off restarting failed container "app" in pod "web-5d4f8c7b9-abcde_prod(0a1b2c3d-1111-2222-3333-444455556666)")~",
       R"~(Back-off restarting failed container "app" in pod "<*>(<*>)")~"},
      {R"~(Liveness probe for "web-5d4f8c7b9-abcde_prod(0a1b2c3d-1111-2222-3333-444455556666):app" failed (failure): HTTP probe failed with statuscode: 503)~",
       R"~(Liveness probe for "<*>(<*>):app" failed (failure): HTTP probe failed with statuscode: <*>)~"},
      {R"~(Failed to pull image "registry.example.com/team/app:1.2.3": rpc error: code = Unknown desc = Error response from daemon: manifest unknown)~",
       R"~(Failed to pull image "registry.example.com/team/app:<*>": rpc error: code = Unknown desc = Error response from daemon: manifest unknown)~"},
  });
}

TEST_CASE("golden: messages of PostgreSQL", "[mining]") {
  expect({
      {R"~(duplicate key value violates unique constraint "users_email_key")~",
       R"~(duplicate key value violates unique constraint "users_email_key")~"},
      {"deadlock detected", "deadlock detected"},
      {"database system was shut down at 2024-03-01 10:11:12 UTC", "database system was shut down at <*>"},
      {"checkpoint complete: wrote 123 buffers (0.8%); 0 WAL file(s) added, 0 removed, 1 recycled; write=12.345 s, sync=0.012 s, "
       "total=12.400 s; sync files=12, longest=0.005 s, average=0.001 s; distance=1234 kB, estimate=2345 kB",
       "checkpoint complete: wrote <*> buffers (<*>%); <*> WAL file(s) added, <*> removed, <*> recycled; write=<*> s, sync=<*> s, "
       "total=<*> s; sync files=<*>, longest=<*> s, average=<*> s; distance=<*> kB, estimate=<*> kB"},
      {"connection received: host=10.0.0.5 port=54321", "connection received: host=<*> port=<*>"},
      {"connection authorized: user=app database=shop application_name=psql",
       "connection authorized: user=app database=shop application_name=psql"},
      {"canceling statement due to statement timeout", "canceling statement due to statement timeout"},
      {"could not receive data from client: Connection reset by peer", "could not receive data from client: Connection reset by peer"},
      {R"~(automatic vacuum of table "shop.public.orders": index scans: 1)~",
       R"~(automatic vacuum of table "shop.public.orders": index scans: <*>)~"},
  });
}

TEST_CASE("golden: messages of the JVM", "[mining]") {
  expect({
      {"GC(12) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(256M) 3.456ms",
       "GC(<*>) Pause Young (Normal) (G1 Evacuation Pause) <*>-><*>(<*>) <*>"},
      {"GC(13) Pause Young (Concurrent Start) (G1 Humongous Allocation) 120M->44M(256M) 13.456ms",
       "GC(<*>) Pause Young (Concurrent Start) (G1 Humongous Allocation) <*>-><*>(<*>) <*>"},
      {"GC(12) Concurrent Mark Cycle 45.123ms", "GC(<*>) Concurrent Mark Cycle <*>"},
      {"[GC (Allocation Failure) [PSYoungGen: 65536K->10748K(76288K)] 65536K->15000K(251392K), 0.0123456 secs] [Times: user=0.03 sys=0.01, "
       "real=0.01 secs]",
       "[GC (Allocation Failure) [PSYoungGen: <*>-><*>(<*>)] <*>-><*>(<*>), <*> secs] [Times: user=<*> sys=<*>, real=<*> secs]"},
      {"Full GC (Ergonomics) [PSYoungGen: 10748K->0K(76288K)] [ParOldGen: 130000K->70000K(175104K)] 140748K->70000K(251392K), [Metaspace: "
       "20000K->20000K(1067008K)], 0.3456789 secs",
       "Full GC (Ergonomics) [PSYoungGen: <*>-><*>(<*>)] [ParOldGen: <*>-><*>(<*>)] <*>-><*>(<*>), [Metaspace: <*>-><*>(<*>)], <*> secs"},
      {"Started Application in 3.456 seconds (JVM running for 4.123)", "Started Application in <*> seconds (JVM running for <*>)"},
      {"Tomcat started on port(s): 8080 (http) with context path ''", "Tomcat started on port(s): <*> (http) with context path ''"},
      {"HikariPool-1 - Connection is not available, request timed out after 30001ms.",
       "HikariPool-<*> - Connection is not available, request timed out after <*>."},
      {"HikariPool-2 - Shutdown initiated...", "HikariPool-<*> - Shutdown initiated..."},
      {R"~(Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null)~",
       R"~(Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null)~"},
      {"java.net.ConnectException: Connection refused (Connection refused)",
       "java.net.ConnectException: Connection refused (Connection refused)"},
  });
}

TEST_CASE("golden: messages of Kafka, Redis and systemd", "[mining]") {
  expect({
      {"[Consumer clientId=consumer-orders-1, groupId=orders] Resetting offset for partition orders-3 to position "
       "FetchPosition{offset=123, offsetEpoch=Optional.empty, currentLeader=LeaderAndEpoch{leader=Optional[kafka1:9092 (id: 1 rack: "
       "null)], epoch=5}}.",
       "[Consumer clientId=<*>, groupId=orders] Resetting offset for partition orders-<*> to position FetchPosition{offset=<*>, "
       "offsetEpoch=Optional.empty, currentLeader=LeaderAndEpoch{leader=Optional[kafka1:<*> (id: <*> rack: null)], epoch=<*>}}."},
      {"Background saving started by pid 1234", "Background saving started by pid <*>"},
      {"DB saved on disk", "DB saved on disk"},
      {"10 changes in 300 seconds. Saving...", "<*> changes in <*> seconds. Saving..."},
      {"RDB: 2 MB of memory used by copy-on-write", "RDB: <*> MB of memory used by copy-on-write"},
      {"Accepted 10.0.0.1:56789", "Accepted <*>"},
      {"MASTER <-> REPLICA sync started", "MASTER <-> REPLICA sync started"},
      {"Started Session 123 of user root.", "Started Session <*> of user root."},
      {"Starting Daily apt download activities...", "Starting Daily apt download activities..."},
      {"nginx.service: Main process exited, code=exited, status=1/FAILURE", "nginx.service: Main process exited, code=exited, status=<*>"},
      {"nginx.service: Scheduled restart job, restart counter is at 5.",
       "nginx.service: Scheduled restart job, restart counter is at <*>."},
  });
}

TEST_CASE("golden: messages of services", "[mining]") {
  expect({
      {"payment 7f3a failed for order 12345: card declined (amount 12.50 EUR)",
       "payment <*> failed for order <*>: card declined (amount <*> EUR)"},
      {"user alice logged in from 10.0.0.1", "user alice logged in from <*>"},
      {"user bob logged in from 10.0.0.2", "user bob logged in from <*>"},
      {"cache miss for key user:1234:profile", "cache miss for key user:<*>:profile"},
      {"cache miss for key user:999:profile", "cache miss for key user:<*>:profile"},
      {"HTTP GET /api/orders/123 200 12ms", "HTTP GET <*> <*> <*>"},
      {"request completed method=GET path=/api/orders/123 status=200 duration=12.3ms bytes=512",
       "request completed method=<*> path=<*> status=<*> duration=<*> bytes=<*>"},
      {"request completed method=POST path=/api/orders status=500 duration=1.2s bytes=0",
       "request completed method=<*> path=<*> status=<*> duration=<*> bytes=<*>"},
      {R"~(level=info ts=2024-03-01T10:11:12.123Z caller=main.go:123 msg="Server is ready to receive web requests.")~",
       R"~(level=info ts=<*> caller=main.go:<*> msg="Server is ready to receive web requests.")~"},
      {R"~(level=info ts=2024-03-01T10:11:13.123Z caller=head.go:77 msg="Head GC completed" duration=12.3ms)~",
       R"~(level=info ts=<*> caller=head.go:<*> msg="Head GC completed" duration=<*>)~"},
      {"connection pool exhausted: 10/10 in use, waited 5s", "connection pool exhausted: <*> in use, waited <*>"},
      {"2024-03-01 10:11:12,123 worker-3 job 17 done", "<*> worker-<*> job <*> done"},
      {"retry 3/5 in 1m30s", "retry <*> in <*>"},
      {"dial tcp 10.0.0.1:5432: connect: connection refused", "dial tcp <*>: connect: connection refused"},
      {"dial tcp: lookup db.internal on 10.96.0.10:53: no such host", "dial tcp: lookup <*> on <*>: no such host"},
      {"context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
       "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"},
      {"Пользователь 123 вошёл с 10.0.0.1", "Пользователь <*> вошёл с <*>"},
      {"用户 42 登录失败", "用户 <*> 登录失败"},
  });
}
