import process from "node:process";
import { codeKinds } from "ehrloom";
import { r2Estimate } from "ehrloom/evaluate/bootstrap.ts";
import { longCohort } from "./bench/long_cohort.ts";
import { onePass } from "ehrloom/evaluate/fidelity/counting/one_pass.ts";
import { resampledR2 } from "ehrloom/evaluate/fidelity/counting/resampled_r2.ts";
const cpu=()=>process.cpuUsage().user/1000;
const n=Number(Deno.args[0]), codes=Number(Deno.args[1]); const resamples=Number(Deno.args[2]??1000);
const real=longCohort({records:n,codes,seed:1}), other=longCohort({records:n,codes,seed:2,persistence:Number(Deno.args[4]??0.7)});
for (const kind of codeKinds){
 let t=cpu();
 const asked={real:{role:"real" as const,cohort:real},others:[{role:"synthetic" as const,cohort:other}],seed:1,resamples};
 const [f]=await onePass(kind,asked,true);
 console.log(kind,"one pass",((cpu()-t)/1000).toFixed(2),"s rss",(Deno.memoryUsage().rss/2**20).toFixed(0), f.keys);
 for (const p of ["perVisit","perRecord"] as const){ const e=r2Estimate(f[p].r2); console.log(p,e, (e.high-e.low)/3.92, "noise",f[p].noise); console.log(JSON.stringify(f[p].agreement)); }
 if(Deno.args[3]==="boot"){ t=cpu(); const [b]=await resampledR2(kind,asked); console.log("boot",((cpu()-t)/1000).toFixed(2));
 for (const p of ["perVisit","perRecord"] as const){ const e=r2Estimate(b[p]); console.log(p,e,(e.high-e.low)/3.92, "shift", e.median-e.value);} }
}
