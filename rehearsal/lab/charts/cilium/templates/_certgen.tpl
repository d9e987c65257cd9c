{{- define "lab.certgen" }}
spec:
  template:
    metadata:
      labels: {k8s-app: hubble-generate-certs}
      annotations: {lab.sovereign/stand-in: "true"}
    spec:
      serviceAccountName: hubble-generate-certs
      hostNetwork: true
      restartPolicy: OnFailure
{{- with .Values.certgen.nodeSelector }}
      nodeSelector: {{ toJson . }}
{{- end }}
{{- with .Values.certgen.tolerations }}
      tolerations: {{ toJson . }}
{{- end }}
      containers:
        - name: certgen
          image: {{ include "lab.image" (dict "name" "hubble-certgen" "chart" .Chart) }}
          env:
            {{- include "lab.api" . | indent 12 }}
{{- end }}
