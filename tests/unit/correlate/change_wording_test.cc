// Which sentences tell a change. Of our own wording: both kinds, in the ways that programs put them.
#include "correlate/change_wording.h"

#include <catch2/catch.hpp>

#include "scene.h"

namespace loglode {

namespace {

struct Said {
  const char* service;
  const char* text;
};

}  // namespace

TEST_CASE("change wording: what was brought out, restarted, set up or moved", "[correlate]") {
  for (const Said& said : {
           // deployments and versions
           Said{"billing", "Deployment of build <*> finished"},
           {"billing", "deploy <*> started by ci"},
           {"billing", "Deployed ledger <*> to production"},
           {"deployer", "rollout of api <*> complete"},
           {"deployer", "Rolled out revision <*>"},
           {"deployer", "rolling back to release <*>"},
           {"deployer", "rolled back deployment api to revision <*>"},
           {"deployer", "reverting to version <*>"},
           {"billing", "Upgraded ledger from <*> to <*>"},
           {"billing", "upgrade to <*> complete"},
           {"billing", "now running version <*>"},
           {"billing", "Switched traffic to green"},
           {"apt", "package ledger installed"},
           {"billing", "canary promoted to primary"},
           // starts and ends
           {"billing", "starting billing version <*>"},
           {"billing", "billing <*> starting"},
           {"ledger", "Starting ledger v<*>"},
           {"billing", "Started BillingApplication in <*> seconds (process running for <*>)"},
           {"billing", "Application startup complete."},
           {"billing", "server started in <*> s"},
           {"billing", "The ledger service has been started"},
           {"billing", "received SIGTERM, draining"},
           {"billing", "Got SIGHUP; reopening logs"},
           {"billing", "Shutting down"},
           {"billing", "graceful shutdown requested"},
           {"postgres", "database system is ready to accept connections"},
           {"postgres", "database system was shut down at <*>"},
           {"billing", "listening on port <*>"},
           {"billing", "ledger startup succeeded"},
           {"fraud-check", "fraud-check is starting"},
           {"billing", "Listening on <*>:<*>"},
           {"billing", "Booting worker with pid: <*>"},
           {"kernel", "Linux version <*> (builder@host)"},
           {"kubelet", "Started container ledger"},
           {"quartz", "job scheduler service started"},
           // restarts and reloads
           {"billing", "restart requested by operator"},
           {"billing", "Restarting"},
           {"systemd", "Restarted Ledger Service."},
           {"billing", "worker crashed, restarting"},
           {"billing", "configuration reloaded"},
           {"nginx", "reconfiguring: reloading configuration"},
           {"billing", "Reloading."},
           {"nginx", "signal process started, reloading nginx"},
           {"billing", "rules reloaded from <*>"},
           {"host", "System is rebooting"},
           // configuration
           {"billing", "Configuration changed: pool_size <*> -> <*>"},
           {"billing", "applied new configuration <*>"},
           {"billing", "configmap billing-env updated"},
           {"billing", "config pushed by control plane"},
           {"billing", "setting pool_size changed from <*> to <*>"},
           {"postgres", "parameter \"work_mem\" changed to \"<*>\""},
           {"billing", "certificate for <*> rotated"},
           {"billing", "database credentials rotated"},
           {"billing", "feature flag new_cart switched on"},
           {"billing", "Feature toggle fast_path enabled for <*> %"},
           {"billing", "entering maintenance mode until <*>"},
           {"billing", "maintenance window started"},
           // moves
           {"billing", "scaled from <*> to <*> replicas"},
           {"hpa", "Scaled down replica set ledger-<*> to <*>"},
           {"billing", "database failover finished"},
           {"sentinel", "failing over to <*>"},
           {"sentinel", "primary lost, failed over to <*>"},
           {"sentinel", "replica <*> promoted to master"},
           {"flyway", "Successfully applied <*> migrations"},
           {"flyway", "migration <*> applied"},
           {"flyway", "Migrating schema \"public\" to version <*>"},
           {"ops", "node <*> drained"},
           {"billing", "Upgraded schema from <*> to <*>"},
       }) {
    INFO(said.text);
    CHECK(change_told_by(said.text, said.service).is_change);
  }
}

TEST_CASE("change wording: what is waited for, advised, failed, somebody else's or daily work is none", "[correlate]") {
  for (const Said& said : {
           // not done
           Said{"db", "Waiting for rollback thread to terminate"},
           {"billing", "waiting for configuration to be reloaded"},
           {"billing", "restart required to apply settings"},
           {"billing", "Please restart the server"},
           {"billing", "Restart the server to apply new parameters"},
           {"billing", "if the problem persists, restart the service"},
           {"billing", "deadlock, try restarting transaction"},
           {"deployer", "deployment <*> failed"},
           {"billing", "could not reload configuration"},
           {"billing", "configuration was not changed"},
           {"billing", "no configuration changes detected"},
           {"billing", "reload of config skipped"},
           {"billing", "will restart worker when idle"},
           {"billing", "server should be restarted"},
           {"billing", "retrying deployment of <*>"},
           {"billing", "uptime since last restart of server <*>"},
           {"billing", "recovering state on restart of server"},
           {"kubelet", "Back-off restarting failed container"},
           {"billing", "pending upgrade to <*>"},
           {"sentinel", "no replica can be promoted to master"},
           // other things than programs
           {"web", "page was reloaded"},
           {"web", "cart reloaded for user <*>"},
           {"web", "reloading cache of prices"},
           {"web", "tab restarted"},
           {"kernel", "driver version <*> loaded"},
           {"kernel", "loaded firmware version <*>"},
           {"kernel", "<*>: driver <*> version <*> loaded"},
           {"db", "transaction <*> rolled back"},
           {"db", "rolling back transaction <*>"},
           {"db", "Starting checkpoint"},
           {"db", "checkpoint starting: time"},
           {"db", "automatic vacuum of table <*> started"},
           {"db", "restart lsn advanced to <*>"},
           {"db", "restarting query <*>"},
           {"billing", "job <*> started"},
           {"billing", "batch started by user <*>"},
           {"billing", "nightly import started from server <*>"},
           {"billing", "Started connection to server <*>"},
           {"billing", "checkout started for cart <*>"},
           {"checkout", "checkout started for cart <*>"},
           {"billing", "shutting down idle connection <*>"},
           {"billing", "Started to process order <*>"},
           {"billing", "start time of process <*> is <*>"},
           {"billing", "backup service job started on schedule, page <*>"},
           {"billing", "new version of document <*> stored"},
           {"billing", "Upgrade-Insecure-Requests header seen"},
           {"billing", "connection upgraded to websocket"},
           {"billing", "account upgraded to premium"},
           {"billing", "customer <*> promoted to gold"},
           {"billing", "user <*> changed notification settings"},
           {"billing", "profile settings updated for user <*>"},
           {"billing", "configuration loaded for user <*>"},
           {"billing", "new device configured for <*>"},
           {"billing", "image scaled to <*>x<*>"},
           {"kernel", "cpu frequency scaling from <*>"},
           {"kernel", "process <*> migrated to cpu <*>"},
           {"cluster", "migration of session <*> finished"},
           {"billing", "order <*> ready for pickup"},
           {"billing", "ready for query"},
           {"billing", "Listening on topic <*>"},
           {"billing", "feature flag lookup took <*> ms"},
           {"billing", "registered SIGTERM handler"},
           {"billing", "checking maintenance window of <*>"},
           {"sentinel", "failover is disabled for <*>"},
           {"deployer", "listing deployments of <*>"},
           {"deployer", "deployment status is healthy"},
           {"billing", "value <*> stored"},
           {"fraud-check", "[rules][check start]"},
           {"hypervisor", "[instance: <*>] disk started"},
           {"billing", "this call is deprecated, please upgrade to v<*>"},
           {"billing", "certificate of <*> verified"},
           {"log", "log file rotated"},
           {"billing", "negotiated protocol version <*> active"},
           {"billing", "released lock <*>"},
           {"billing", "application settings page opened"},
           {"billing", "restart count of container is <*>"},
           {"nginx", "\"GET /deploy/status HTTP/<*>\" <*> <*>"},
           {"billing", "price list changed"},
       }) {
    INFO(said.text);
    CHECK_FALSE(change_told_by(said.text, said.service).is_change);
  }
}

TEST_CASE("change wording: a version is told", "[correlate]") {
  CHECK(change_told_by("starting billing version <*>", "billing").with_version);
  CHECK(change_told_by("Starting ledger v<*>", "ledger").with_version);
  CHECK_FALSE(change_told_by("configuration reloaded", "billing").with_version);
}

TEST_CASE("change wording: junk and nothing are no change", "[correlate]") {
  for (const std::string& text : {std::string{}, std::string(3000, '('), std::string(3000, 'a'), std::string{"____"}, std::string{"<*>"},
                                  std::string{"\xff\xfe reload\x80"}})
    CHECK_FALSE(change_told_by(text, "").with_version);
}

TEST_CASE("change: of one stream and one instant, what stands before the error came before it; of two streams nothing is known",
          "[correlate]") {
  const auto says_after = [](const char* file_of_change, bool change_first) {
    Scene scene;
    scene.lines(0, 600, 0.7, "api", Severity::info, "order <*> placed").lines(0.2, 600, 1.1, "db", Severity::info, "query done");
    const auto change = [&] {
      scene.file = file_of_change;
      scene.line(400, "api", Severity::info, "configuration reloaded");
      scene.file = "app.log";
    };
    if (change_first) change();
    scene.line(400, "api", Severity::error, "upstream refused");
    if (!change_first) change();
    return Judged{scene}.judgement.incidents.at(0).summary.find("after a change") != std::string::npos;
  };
  CHECK(says_after("app.log", true));
  CHECK_FALSE(says_after("app.log", false));
  CHECK_FALSE(says_after("other.log", true));
}

TEST_CASE("change: it never takes the place of the error's own evidence", "[correlate]") {
  Scene scene;
  scene.lines(0, 600, 0.7, "api", Severity::info, "order <*> placed").lines(0.2, 600, 1.1, "db", Severity::info, "query done");
  for (int i = 0; i < 12; ++i)
    scene.line(380 + i, "api", Severity::info, "starting api version <*>, part " + std::string(1, static_cast<char>('a' + i)));
  scene.line(400, "api", Severity::error, "upstream refused");
  const Judgement judgement = Judged{scene}.judgement;
  REQUIRE(judgement.incidents.size() == 1);
  const Incident& incident = judgement.incidents[0];
  const auto first = std::find_if(judgement.findings.begin(), judgement.findings.end(),
                                  [&](const Finding& finding) { return finding.finding_id == incident.findings.at(0); });
  REQUIRE(first != judgement.findings.end());
  CHECK(first->kind == FindingKind::new_error);
  CHECK(incident.summary.find("upstream refused") < incident.summary.find("after a change"));
}

}  // namespace loglode
