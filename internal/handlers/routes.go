package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"wardroom/internal/authz"
	"wardroom/static"
)

// access is what a route needs before its handler is called. The zero value lets nobody in.
type access struct {
	permission authz.Permission // a signed-in person with this permission
	open       bool             // anybody: sign-in, links whose token is the permission, health
}

func needs(p authz.Permission) access { return access{permission: p} }

var anybody = access{open: true}

// isHook says that programs post to the route: no session, no form, a limit of its own.
func isHook(path string) bool { return strings.HasPrefix(path, "/hooks/") }

// isSource says that the route takes the text of a whole file.
func isSource(path string) bool {
	return path == "/playbooks/validate" || path == "/playbooks/move" || path == "/playbooks/download" || path == "/playbooks/draft"
}

// holdsToken says that the route's path is a secret.
func holdsToken(path string) bool {
	return strings.HasSuffix(path, "/:token") || strings.Contains(path, "/:token/")
}

type route struct {
	method, path string
	access       access
	handle       func(echo.Context) error
}

// routes is the one table of everything that can be asked for. A route without access is
// refused at start and by the tests: deny is the default.
func (s *Server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	read, respond, run := needs(authz.Read), needs(authz.Respond), needs(authz.RunCommands)
	write, own, people := needs(authz.WritePlaybooks), needs(authz.ManageOwnAccount), needs(authz.ManagePeople)
	return []route{
		{get, "/healthz", anybody, s.health},
		{get, "/static/*", anybody, echo.WrapHandler(static.Handler())},
		{post, "/hooks/alertmanager/:token", anybody, s.receiveAlerts},

		{get, "/login", anybody, s.showSignIn},
		{post, "/login", anybody, s.signIn},
		{post, "/logout", anybody, s.signOut},
		{get, "/setup/:token", anybody, s.showAccessLink("setup")},
		{post, "/setup/:token", anybody, s.useAccessLink("setup")},
		{get, "/invite/:token", anybody, s.showAccessLink("invite")},
		{post, "/invite/:token", anybody, s.useAccessLink("invite")},
		{get, "/reset/:token", anybody, s.showAccessLink("reset")},
		{post, "/reset/:token", anybody, s.useAccessLink("reset")},
		{get, "/handoff/:token", anybody, s.showHandoff},
		{post, "/handoff/:token/accept", anybody, s.acceptHandoff},
		{post, "/handoff/:token/decline", anybody, s.declineHandoff},

		{get, "/", read, s.showDashboard},
		{get, "/ws", read, s.openSocket},
		{get, "/search", read, s.search},
		{get, "/palette", read, s.palette},
		{get, "/symptoms/:id", read, s.showSymptom},
		{post, "/symptoms/:id/incident", respond, s.declareFromSymptom},

		{get, "/incidents", read, s.listIncidents},
		{get, "/incidents/new", respond, s.showDeclareForm},
		{post, "/incidents", respond, s.declareIncident},
		{get, "/incidents/:number", read, s.showRoom},
		{post, "/incidents/:number/status", respond, s.changeStatus},
		{post, "/incidents/:number/severity", respond, s.changeSeverity},
		{post, "/incidents/:number/title", respond, s.changeTitle},
		{post, "/incidents/:number/lead", respond, s.changeLead},
		{post, "/incidents/:number/join", respond, s.joinIncident},
		{post, "/incidents/:number/leave", respond, s.leaveIncident},
		{post, "/incidents/:number/notes", respond, s.addNote},
		{post, "/incidents/:number/playbooks", respond, s.attachPlaybook},
		{post, "/incidents/:number/playbooks/:attached/detach", respond, s.detachPlaybook},
		{post, "/incidents/:number/escalate", respond, s.escalateNow},
		{post, "/incidents/:number/on-it", respond, s.onIt},
		{post, "/incidents/:number/extend", respond, s.extendEscalation},
		{post, "/incidents/:number/handoffs", respond, s.offerHandoff},
		{post, "/handoffs/:id/revoke", respond, s.revokeHandoff},

		{get, "/incidents/:number/command", run, s.typeCommand},
		{post, "/incidents/:number/command", run, s.typeCommand},
		{get, "/incidents/:number/run", run, s.showConfirmation},
		{post, "/incidents/:number/run", run, s.showConfirmation}, // of a text too long for an address
		{post, "/incidents/:number/runs", run, s.startRun},
		{post, "/incidents/:number/done", run, s.markDone},
		{post, "/incidents/:number/move-on", run, s.moveOn},
		{post, "/incidents/:number/variables", run, s.setVariable},
		{post, "/incidents/:number/scratch/empty", run, s.emptyScratch},
		{get, "/runs/:id", read, s.showRun},
		{get, "/runs/:id/lines", read, s.runLines},
		{get, "/runs/:id/raw", read, s.runRaw},
		{post, "/runs/:id/stop", run, s.stopRun},
		{post, "/runs/:id/note", run, s.noteRun},
		{post, "/runs/:id/set-aside", run, s.propose(false)},
		{post, "/runs/:id/propose", run, s.propose(true)},

		{get, "/incidents/:number/review", read, s.showReview},
		{get, "/incidents/:number/review.md", read, s.exportReview},
		{get, "/incidents/:number/proposals.md", read, s.exportProposals},
		{get, "/reviews", read, s.listReviews},
		{get, "/playbooks", read, s.listPlaybooks},
		{get, "/playbooks/match", read, s.showMatch},
		{get, "/playbooks/:id", read, s.showPlaybook},
		{get, "/playbooks/:id/history", read, s.showHistory},
		{get, "/playbooks/:id/edit", write, s.editPlaybook},
		{get, "/playbooks/new", write, s.newPlaybook},
		{post, "/playbooks/validate", write, s.checkPlaybook},
		{post, "/playbooks/move", write, s.moveStep},
		{post, "/playbooks/download", write, s.downloadPlaybook},
		{get, "/playbooks/draft", write, s.showDraft},
		{post, "/playbooks/draft", write, s.saveDraft},
		{post, "/playbooks/draft/discard", write, s.discardDraft},
		{post, "/playbooks/draft/rebase", write, s.rebaseDraft},
		{post, "/playbooks/draft/publish", write, s.publishDraft},

		{get, "/settings", own, s.showSettings},
		{post, "/settings/theme", own, s.changeTheme},
		{post, "/settings/password", own, s.changePassword},
		{get, "/settings/users", people, s.listUsers},
		{post, "/settings/users/invite", people, s.inviteUser},
		{post, "/settings/users/invites/:id/revoke", people, s.revokeInvite},
		{post, "/settings/users/:id/disable", people, s.disableUser},
		{post, "/settings/users/:id/enable", people, s.enableUser},
		{post, "/settings/users/:id/reset", people, s.resetUser},
		{post, "/settings/users/:id/role", people, s.changeRole},
	}
}

func (s *Server) register(table []route) {
	for _, r := range table {
		handle := r.handle
		switch {
		case r.access.permission != "":
			handle = s.signedIn(r.access.permission, form(s.once(handle)))
		case r.access.open:
			handle = s.maybeSignedIn(form(handle))
		default:
			panic("handlers: route without access: " + r.method + " " + r.path)
		}
		s.echo.Add(r.method, r.path, handle)
		if r.method == http.MethodGet && r.path != "/ws" {
			s.echo.Add(http.MethodHead, r.path, handle)
		}
	}
}
