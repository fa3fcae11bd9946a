import process from "node:process";
import { codeKinds, splitOf, syntheaSample, independentMarginals } from "ehrloom";
import { kindFidelity } from "ehrloom/evaluate/fidelity/counting/kind_fidelity.ts";
const cpu=()=>process.cpuUsage().user/1000;
const all=await syntheaSample(); const train=splitOf(all,"train"), test=splitOf(all,"test");
const asked={real:{role:"real" as const,cohort:train},others:[{role:"synthetic" as const,cohort:train},{role:"held_out" as const,cohort:test},{role:"floor" as const,cohort:independentMarginals(train,{seed:1})}],seed:1,resamples:300};
console.log(train.recordCount);
for(const kind of codeKinds){ const t=cpu(); const f=await kindFidelity(kind,asked); console.log(kind,((cpu()-t)/1000).toFixed(2)+"s", f.map((x:any)=>[x.keys,(x.perVisit.r2)[7],(x.perRecord.r2)[300]].join(" ")).join(" | ")); if(f[1].perVisit.agreement) console.log(f[1].perVisit.noise,f[1].perVisit.agreement);}
