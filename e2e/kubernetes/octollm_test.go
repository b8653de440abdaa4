//go:build kubernetes

package kubernetes

import (
	"encoding/json"
	"maps"
)

type object = map[string]any

// octollm is a namespace shaped like the one that the shipped playbooks are about, with the stub of the metrics API on the port beside it.
func octollm(metricsPort string) ([]byte, error) {
	items := []object{
		named("v1", "Namespace", "octollm", "", nil),
		named("v1", "Namespace", "elsewhere", "", nil),
		in("elsewhere", named("v1", "Pod", "other", "", onNode("node-1", podSpec("other")))),
		named("v1", "Pod", "bare", "", onNode("node-1", podSpec("app"))),
		named("v1", "Secret", "octollm-secrets", "", object{"stringData": object{"OPENAI_API_KEY": "correct horse battery staple"}}),
		named("v1", "ConfigMap", "octollm-config", "", object{"data": object{"LOG_LEVEL": "info"}}),
		named("v1", "PersistentVolumeClaim", "data", "", spec(object{"accessModes": []string{"ReadWriteOnce"}, "resources": object{"requests": object{"storage": "1Gi"}}})),
		named("batch/v1", "Job", "migrate", "", spec(object{"template": podTemplate("migrate", "Never")})),
		named("batch/v1", "CronJob", "nightly", "", spec(object{"schedule": "0 3 * * *", "jobTemplate": spec(object{"template": podTemplate("nightly", "Never")})})),
		named("coordination.k8s.io/v1", "Lease", "leader", "", spec(object{"holderIdentity": "orchestrator-1", "leaseDurationSeconds": 15})),
		named("coordination.k8s.io/v1", "Lease", "left", "", spec(object{"leaseDurationSeconds": 15})),
		named("autoscaling/v2", "HorizontalPodAutoscaler", "orchestrator-hpa", "", spec(object{
			"scaleTargetRef": object{"apiVersion": "apps/v1", "kind": "Deployment", "name": "orchestrator"}, "minReplicas": 2, "maxReplicas": 6,
			"metrics": []object{{"type": "Resource", "resource": object{"name": "cpu", "target": object{"type": "Utilization", "averageUtilization": 70}}}},
		})),
		named("networking.k8s.io/v1", "NetworkPolicy", "postgres", "", spec(object{"podSelector": object{"matchLabels": object{"app": "postgres"}}})),
		named("v1", "ResourceQuota", "quota", "", spec(object{"hard": object{"pods": "100"}})),
	}
	for name, port := range map[string]int{
		"orchestrator": 8000, "planner-arm": 8100, "executor-arm": 8101, "coder-arm": 8102, "judge-arm": 8103, "guardian-arm": 8104, "retriever-arm": 8105,
	} {
		kind := "arm"
		if name == "orchestrator" {
			kind = "orchestrator"
		}
		template := podTemplate(name, "Always")
		template["spec"].(object)["containers"].([]object)[0]["env"] = []object{
			{"name": "OPENAI_API_KEY", "valueFrom": object{"secretKeyRef": object{"name": "octollm-secrets", "key": "OPENAI_API_KEY"}}},
		}
		items = append(items, named("apps/v1", "Deployment", name, kind, spec(object{
			"replicas": 2, "selector": object{"matchLabels": object{"app": name}}, "template": template,
		})), service(name, port))
	}
	for name, port := range map[string]int{"postgres": 5432, "redis": 6379, "qdrant": 6333} {
		items = append(items, named("apps/v1", "StatefulSet", name, "", spec(object{
			"serviceName": name, "replicas": 1, "selector": object{"matchLabels": object{"app": name}}, "template": podTemplate(name, "Always"),
		})), service(name, port))
	}
	for _, item := range items {
		meta := item["metadata"].(object)
		if item["kind"] != "Namespace" && meta["namespace"] == nil {
			meta["namespace"] = "octollm"
		}
	}
	items = append(items,
		in("kube-system", named("v1", "Service", "metrics", "", spec(object{"type": "ExternalName", "externalName": "localhost", "ports": []object{{"port": json.Number(metricsPort)}}}))),
		named("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", "", spec(object{
			"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": true,
			"service": object{"name": "metrics", "namespace": "kube-system", "port": json.Number(metricsPort)},
		})))
	return json.Marshal(object{"apiVersion": "v1", "kind": "List", "items": items})
}

func named(version, kind, name, appType string, rest object) object {
	labels := object{"app": name}
	if appType != "" {
		labels["app-type"] = appType
	}
	all := object{"apiVersion": version, "kind": kind, "metadata": object{"name": name, "labels": labels}}
	maps.Copy(all, rest)
	return all
}

func in(namespace string, item object) object {
	item["metadata"].(object)["namespace"] = namespace
	return item
}

func spec(of object) object { return object{"spec": of} }

// onNode keeps a pod where a drain of the other node does not reach it.
func onNode(node string, pod object) object {
	pod["spec"].(object)["nodeName"] = node
	return pod
}

func podSpec(name string) object { return spec(podTemplate(name, "Always")["spec"].(object)) }

func podTemplate(name, restart string) object {
	return object{"metadata": object{"labels": object{"app": name}}, "spec": object{
		"restartPolicy": restart, "terminationGracePeriodSeconds": 0,
		"containers": []object{{"name": name, "image": "octollm/" + name + ":1", "resources": object{"requests": object{"cpu": "100m", "memory": "64Mi"}}}},
	}}
}

func service(name string, port int) object {
	return named("v1", "Service", name, "", spec(object{"selector": object{"app": name}, "ports": []object{{"port": port}}}))
}
