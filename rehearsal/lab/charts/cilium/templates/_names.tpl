{{- define "lab.image" -}}
lab.sovereign/{{ .name }}:v{{ .chart.Version }}
{{- end }}

{{- /* Where agent and operator look for the API: as in Cilium's chart, on the containers themselves. */}}
{{- define "lab.api" }}
- name: K8S_NODE_NAME
  valueFrom: {fieldRef: {apiVersion: v1, fieldPath: spec.nodeName}}
{{- if .Values.k8sServiceHost }}
- name: KUBERNETES_SERVICE_HOST
  value: {{ .Values.k8sServiceHost | quote }}
{{- end }}
{{- if .Values.k8sServicePort }}
- name: KUBERNETES_SERVICE_PORT
  value: {{ .Values.k8sServicePort | quote }}
{{- end }}
{{- if .Values.k8s.apiServerURLs }}
- name: CILIUM_K8S_API_SERVER_URLS
  value: {{ .Values.k8s.apiServerURLs | quote }}
{{- end }}
{{- end }}

{{- define "lab.checksum" -}}
cilium.io/cilium-configmap-checksum: {{ include (print $.Template.BasePath "/cilium-configmap.yaml") . | sha256sum | quote }}
{{- end }}

{{- define "lab.relay" -}}
{{- if and .Values.hubble.enabled .Values.hubble.relay.enabled }}true{{ end }}
{{- end }}
