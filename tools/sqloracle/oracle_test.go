package sqloracle_test

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"
	pgquery "github.com/wasilibs/go-pgquery"
	"google.golang.org/protobuf/reflect/protoreflect"

	"wardroom/internal/shell"
)

// least is the mildest class that a statement may be given, by the kinds of node
// that stand anywhere in its tree. A kind ending in Stmt that is not listed is at
// least a change.
var least = map[string]shell.Risk{
	"SelectStmt": shell.Read, "ExplainStmt": shell.Read, "VariableShowStmt": shell.Read, "VariableSetStmt": shell.Read, "TransactionStmt": shell.Read,
	"FetchStmt": shell.Read, "ClosePortalStmt": shell.Read, "DeclareCursorStmt": shell.Read, "DeallocateStmt": shell.Read, "PrepareStmt": shell.Read,
	"ListenStmt": shell.Read, "UnlistenStmt": shell.Read, "CopyStmt": shell.Read, "RawStmt": shell.Read, "PLAssignStmt": shell.Unknown,
	"DeleteStmt": shell.Destroy, "UpdateStmt": shell.Destroy, "MergeStmt": shell.Destroy, "TruncateStmt": shell.Destroy, "DropStmt": shell.Destroy,
	"DropRoleStmt": shell.Destroy, "DropdbStmt": shell.Destroy, "DropTableSpaceStmt": shell.Destroy, "DropOwnedStmt": shell.Destroy, "DropSubscriptionStmt": shell.Destroy,
	"DropUserMappingStmt": shell.Destroy, "DoStmt": shell.Unknown, "CallStmt": shell.Unknown, "ExecuteStmt": shell.Unknown, "LoadStmt": shell.Unknown,
	"IntoClause": shell.Change, "LockingClause": shell.Change,
}

// planted are functions that no table of the classifier lists; statements of the
// corpus call them, so that splices do too.
var planted = map[string]bool{"evil": true, "dblink": true, "pg_read_file": true, "lo_import": true, "COUNT": true, "veſion": true, "٣count": true, "evil\u00a0count": true}

// floor walks a tree and gives the mildest class that may be said of it.
func floor(m protoreflect.Message, found *shell.Risk) {
	name := string(m.Descriptor().Name())
	if risk, listed := least[name]; listed {
		*found = max(*found, risk)
	} else if strings.HasSuffix(name, "Stmt") {
		*found = max(*found, shell.Change)
	}
	switch node := m.Interface().(type) {
	case *pg_query.ExplainStmt:
		if !runs(node) {
			// Planned, not done; but planning may call functions.
			inner := shell.Read
			floor(node.Query.ProtoReflect(), &inner)
			if inner == shell.Unknown {
				*found = shell.Unknown
			}
			return
		}
	case *pg_query.CopyStmt:
		switch {
		case node.IsProgram || node.Filename != "":
			*found = shell.Unknown
		case node.IsFrom:
			*found = max(*found, shell.Change)
		}
	case *pg_query.FuncCall:
		last := node.Funcname[len(node.Funcname)-1].GetString_().GetSval()
		if planted[last] {
			*found = shell.Unknown
		}
	case *pg_query.AlterTableCmd:
		if strings.HasPrefix(node.Subtype.String(), "AT_DropColumn") {
			*found = max(*found, shell.Destroy)
		}
	case *pg_query.TransactionStmt:
		if strings.HasSuffix(node.Kind.String(), "_PREPARED") {
			*found = max(*found, shell.Change)
		}
	}
	m.Range(func(_ protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch value := v.Interface().(type) {
		case protoreflect.Message:
			floor(value, found)
		case protoreflect.List:
			for i := range value.Len() {
				if inner, isMessage := value.Get(i).Interface().(protoreflect.Message); isMessage {
					floor(inner, found)
				}
			}
		}
		return true
	})
}

// runs reports an EXPLAIN that does what it explains.
func runs(node *pg_query.ExplainStmt) bool {
	for _, option := range node.Options {
		if o := option.GetDefElem(); o.GetDefname() == "analyze" {
			value := o.GetArg()
			off := value.GetString_().GetSval() == "false" || value.GetString_().GetSval() == "off" || value != nil && value.GetInteger() != nil && value.GetInteger().GetIval() == 0
			return !off
		}
	}
	return false
}

// check compares both on one text; ok is false when PostgreSQL would not read it.
func check(t *testing.T, sql string) (ok bool) {
	t.Helper()
	tree, err := pgquery.Parse(sql)
	if err != nil {
		return false
	}
	want := shell.Read
	floor(tree.ProtoReflect(), &want)
	got := shell.SQL(sql)
	if len(tree.Stmts) > 0 && got.Risk < want {
		t.Errorf("%q is called %s (%s); PostgreSQL's grammar finds %s", sql, got.Risk, got.Why, want)
	}
	return true
}

// corpus is every statement of the classifier's own table.
func corpus(t testing.TB) []string {
	t.Helper()
	source, err := os.ReadFile("../../internal/shell/sql_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^\t\t(?:read|change|destroy|unknown)\s*\| (.*)$`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, m[1])
	}
	if len(all) < 50 {
		t.Fatalf("only %d statements found", len(all))
	}
	return all
}

func TestCorpus(t *testing.T) {
	read := 0
	for _, sql := range corpus(t) {
		if check(t, sql) {
			read++
		}
	}
	if read < 50 {
		t.Errorf("PostgreSQL reads only %d statements of the table", read)
	}
}

var token = regexp.MustCompile(`'[^']*'|"[^"]*"|\$\$[^$]*\$\$|--[^\n]*|/\*|\*/|\w+|\s+|.`)

// splice makes a new text out of pieces of the corpus.
func splice(r *rand.Rand, all []string) string {
	pick := func() []string { return token.FindAllString(all[r.IntN(len(all))], -1) }
	a, b := pick(), pick()
	i, j := r.IntN(len(a)+1), r.IntN(len(b)+1)
	switch r.IntN(5) {
	case 0: // one into the other
		return strings.Join(a[:i], "") + " " + strings.Join(b, "") + " " + strings.Join(a[i:], "")
	case 1: // in brackets
		return strings.Join(a[:i], "") + " (" + strings.Join(b, "") + ") " + strings.Join(a[i:], "")
	case 2: // as a common table expression
		return "WITH x AS (" + strings.TrimRight(strings.Join(b, ""), "; ") + ") " + strings.Join(a, "")
	case 3: // head of one, tail of the other
		return strings.Join(a[:i], "") + strings.Join(b[j:], "")
	}
	if len(a) > 1 && i < len(a) { // one piece changed
		a[i] = b[min(j, len(b)-1)]
	}
	return strings.Join(a, "")
}

// TestSplices tries texts that nobody wrote. Most are no SQL; thousands are.
func TestSplices(t *testing.T) {
	const texts = 60_000
	seed := rand.Uint64()
	r, all, parsed := rand.New(rand.NewPCG(seed, 1)), corpus(t), 0
	for range texts {
		if sql := splice(r, all); check(t, sql) {
			parsed++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d of %d texts were SQL", parsed, texts)
	if parsed < texts/20 {
		t.Errorf("only %d of %d texts were SQL", parsed, texts)
	}
}

func FuzzSQL(f *testing.F) {
	for _, sql := range corpus(f) {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) { check(t, sql) })
}
