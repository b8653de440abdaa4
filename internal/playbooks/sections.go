package playbooks

import (
	"cmp"
	"strings"
)

// The headings under which teams file the parts of a runbook, as they stand or with
// the words of before and behind around them: "Quick diagnosis steps".
var sectionKinds = byName(map[string]string{
	Symptoms: "symptoms, symptom, meaning, detection, description, signs, signals, indicators, " +
		"what does this alert mean, what this alert means, what it means, how to recognize, how to recognise",
	Impact: "impact, impacts, effect, effects, consequences, user impact, customer impact, business impact, service impact, impact assessment",
	Diagnosis: "diagnosis, diagnose, diagnostics, diagnostic, investigation, investigate, investigating, troubleshooting, troubleshoot, debugging, debug, " +
		"investigate it, triage, analysis, analyze, analyse, causes, cause, root cause, root causes, root cause analysis, checks, check, pre check, pre checks, health check, health checks, what to check, where to look, identification",
	Resolution: "resolution, resolutions, resolve, resolving, mitigation, mitigations, mitigate, mitigating, remediation, remediations, remediate, remediating, " +
		"actions, action, fix, fixes, fixing, fix it, fix this, recovery, recover, recovering, repair, solution, solutions, workaround, workarounds, rollback, roll back, containment, contain, " +
		"eradication, response, cleanup, clean up",
	Verification: "verification, verify, verifying, validation, validate, confirmation, verify the fix, verify fix, verify resolution, verify the resolution, verify mitigation, verify recovery, resolution verification, post checks",
	Prevention: "prevention, prevent, preventive, preventative, preventing, follow up, follow ups, followup, post incident, post mortem, postmortem, lessons learned, " +
		"prevent recurrence, preventing recurrence",
	Escalation: "escalation, escalations, escalate, escalating, when to escalate, who to escalate to, who to contact",
})

// The same in other languages, German, French, Spanish and Portuguese.
var foreignKinds = byName(map[string]string{
	Symptoms:     "symptome, symptômes, síntomas, sintomas, síntoma, bedeutung, signification, significado, detección, detecção, détection, erkennung",
	Impact:       "impacto, auswirkung, auswirkungen",
	Diagnosis:    "diagnóstico, diagnostico, diagnostik, investigación, investigação, ursachen, ursache, causas, fehlersuche, untersuchung, análisis, análise, analyse",
	Resolution:   "lösung, lösungen, behebung, maßnahmen, wiederherstellung, résolution, atténuation, résoudre, solución, soluciones, solução, soluções, resolución, resolução, mitigación, mitigação, remediación, remediação, recuperación, recuperação, correção, acciones, ações",
	Verification: "überprüfung, verifizierung, prüfung, vérification, verificación, verificação, validación, validação",
	Prevention:   "vorbeugung, prävention, prévention, prevención, prevenção, nachbereitung",
	Escalation:   "eskalation, escalade, escalación, escalamiento, escalonamento, escalação, ansprechpartner, contatos",
})

// Names that count only as they stand: with other words around them they are the
// names of anything.
var wholeNames = byName(map[string]string{
	Symptoms:   "trigger, triggers, alert definition, alert description, alert meaning, alert",
	Diagnosis:  "how to check",
	Resolution: "what to do, what should i do, emergency procedures, emergency procedure, runbook, playbook, steps, procedure, next steps to take, how to respond, recommended action",
	Escalation: "contacts, contact",
	Prevention: "post incident actions, follow up actions, long term prevention",
})

func byName(names map[string]string) map[string]string {
	kinds := map[string]string{}
	for kind, list := range names {
		for name := range strings.SplitSeq(list, ", ") {
			kinds[name] = kind
		}
	}
	return kinds
}

// Verbs that open a section together with what is wrong: "Fixing issues with the cluster".
var (
	troubleVerbs = byName(map[string]string{
		Diagnosis:  "investigating, investigate, diagnosing, diagnose, troubleshooting, troubleshoot, debugging, debug, identifying, identify",
		Resolution: "fixing, fix, resolving, resolve, solving, solve, repairing, repair, mitigating, mitigate, remediating, remediate",
	})
	troubles = wordsOf("problems problem issues issue errors error failures failure alerts alert incidents incident")
	about    = wordsOf("with in on of for from")
)

func troubleKind(name []string) string {
	if len(name) > 1 && name[1] == "the" {
		name = append([]string{name[0]}, name[2:]...)
	}
	if len(name) < 2 || !troubles[name[1]] || len(name) > 2 && !about[name[2]] {
		return ""
	}
	return troubleVerbs[name[0]]
}

var (
	before = wordsOf("current quick fast safe initial first basic detailed further common possible potential probable likely recommended suggested immediate short long term " +
		"permanent temporary emergency manual additional general incident typical full deep standard advanced automated how steps to in depth")
	behind = wordsOf("steps step procedure procedures actions action checklist guide process phase instructions commands plan section tips options option " +
		"recommendations recommendation notes details path strategy strategies methods workflow criteria contacts measures matrix policy information queries")
)

func wordsOf(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

// sectionKind names the kind of section that a heading opens, "" for none. Numbers,
// emoji, what stands in parentheses and punctuation do not matter, and of "Diagnosis
// and mitigation" the first counts.
func sectionKind(title string) string {
	name := words(joiners.Replace(withoutParentheses(title)))
	for len(name) > 0 && (strings.Trim(name[0], "0123456789") == "" || len(name[0]) == 1 && len(name) > 1) {
		name = name[1:]
	}
	if len(name) > 2 && parts[name[0]] && (len(name[1]) == 1 || strings.Trim(name[1], "0123456789") == "") {
		name = name[2:]
	}
	whole := strings.Join(name, " ")
	if kind := cmp.Or(wholeNames[whole], kindOf(name), troubleKind(name), foreignKinds[whole]); kind != "" {
		return kind
	}
	kind := ""
	for part := range strings.SplitSeq(whole, " and ") {
		found := kindOf(strings.Fields(part))
		if found == "" {
			return ""
		}
		kind = cmp.Or(kind, found)
	}
	return kind
}

var (
	joiners = strings.NewReplacer("&", " and ", "/", " and ", "+", " and ", ",", " and ")
	parts   = wordsOf("phase part section stage")
)

// kindOf looks a name up, also without words around it that say how or when.
func kindOf(name []string) string {
	for from := range name {
		for to := len(name); to > from; to-- {
			if kind := sectionKinds[strings.Join(name[from:to], " ")]; kind != "" {
				return kind
			}
			if !behind[name[to-1]] {
				break
			}
		}
		if !before[name[from]] {
			break
		}
	}
	return ""
}

// sectionNames are those that a slip of the pen is compared with.
var sectionNames = strings.Fields("symptoms impact diagnosis diagnostics investigation troubleshooting resolution mitigation remediation recovery " +
	"verification validation prevention escalation")

// sectionMeant names the section that a heading would open if it were written right, "" for none: its
// only word, beside those that say how or when, is nearly a section's.
func sectionMeant(title string) string {
	if sectionKind(title) != "" {
		return ""
	}
	word := ""
	for _, w := range words(withoutParentheses(title)) {
		switch {
		case before[w], behind[w], strings.Trim(w, "0123456789") == "":
		case word != "":
			return ""
		default:
			word = w
		}
	}
	return surely(word, sectionNames)
}

func withoutParentheses(title string) string {
	open := strings.IndexByte(title, '(')
	if open <= 0 {
		return title
	}
	shut := strings.IndexByte(title[open:], ')')
	if shut < 0 {
		return title[:open]
	}
	return title[:open] + " " + withoutParentheses(title[open+shut+1:])
}
