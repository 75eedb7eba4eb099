# A solver that speaks docs/solver-protocol.md: it books each trade at the third of three accounts, and shows no bound.
read -r task
rest=${task#*\"columns\":}
columns=${rest%%[,\}]*}
point=
while [ "$columns" -gt 0 ]; do
    point="$point,0,0,1"
    columns=$((columns - 3))
done
printf '%s\n' '{"hello":{"protocol":1,"name":"Lazy","version":"1"}}'
printf '{"point":[%s]}\n' "${point#,}"
printf '%s\n' '{"end":{"stop":"limit","bound":null,"nodes":1}}'
