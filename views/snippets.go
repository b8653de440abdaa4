package views

// Snippets are the help beside the editor: playbooks/README.md in examples. A test reads each of them as a playbook's text.
var Snippets = []Snippet{
	{
		Name: "Front matter", Note: "at the very top of the file; everything in it may be left out",
		Text: "---\ntitle: Service unavailable\nalerts: [ServiceDown, ArmDown]\nmatch: ['severity=\"critical\"']\nlevel: 1\nseverity: 2\nowner: platform\nreviewed: 2026-11-01\n---\n",
	},
	{
		Name: "Command", Note: "one command a line; a comment above it is its caption; <pod-name>, [service], $NAMESPACE and {{ pod }} are filled from labels, variables and the form",
		Text: "```sh\n# Which pods are not ready?\nkubectl get pods -n $NAMESPACE\n```\n",
	},
	{
		Name: "Command with attributes", Note: "id keeps it the same command after edits; platform is docker, kubernetes, local or any; risk can only raise the class",
		Text: "```sh {id=pods platform=kubernetes timeout=30s risk=change}\nkubectl get pods -n $NAMESPACE\n```\n",
	},
	{
		Name: "SQL", Note: "database chooses one of the environment's by its alias",
		Text: "```sql {database=main timeout=20s}\nSELECT count(*) FROM tasks WHERE status = 'pending';\n```\n",
	},
	{
		Name: "PromQL", Note: "shown as a table",
		Text: "```promql\nsum by (service) (rate(http_requests_total{code=~\"5..\"}[5m]))\n```\n",
	},
	{
		Name: "probe", Note: "among the symptoms: what Wardroom checks by itself; one of http, promql, sql, redis, tcp, kubernetes",
		Text: "```probe\nname: Orchestrator answers\nhttp: http://orchestrator:8000/health\nexpect: \"== 200\"\ninterval: 15s\nfor: 30s\nseverity: 1\n```\n",
	},
	{
		Name: "finding", Note: "after a command: what its output means; tests are regex, lines, exit, jsonpath, column, not, all, any",
		Text: "```finding\nwhen: {regex: 'OOMKilled|exit(ed)? \\(?137'}\nsay: The process was killed for lack of memory.\n```\n",
	},
	{
		Name: "verify", Note: "in a resolution step: what proves that it helped; without it the incident's own symptoms must clear",
		Text: "```verify\npromql: up{job=\"orchestrator\"}\nexpect: \"== 1\"\ndwell: 2m\nlimit: 10m\n```\n",
	},
	{
		Name: "Resolution scenario", Note: "say what it does to users and how to undo it",
		Text: "### Scenario A: Container crashed\n\nRestarts the service; requests fail for some seconds.\nUndo: nothing to undo.\n\n```sh\ndocker compose restart <service>\n```\n",
	},
}
